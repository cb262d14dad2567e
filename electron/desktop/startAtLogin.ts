import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { desktopEntry } from './linkHandler.ts';

/** What {@link setStartAtLogin} works with. */
export interface LoginOptions {
  platform: NodeJS.Platform;
  /** What the system is to start: the AppImage, else the executable, and in a checkout the folder of the app after it. */
  command: string[];
  env: NodeJS.ProcessEnv;
  home: string;
  /** The system's own way, on macOS and Windows. */
  setLoginItem: (wanted: boolean) => void;
}

/** Makes the app start with the user's session, or not. On Linux that is an entry in the folder autostart. */
export async function setStartAtLogin(wanted: boolean, options: LoginOptions): Promise<void> {
  const { platform, command, env, home } = options;
  if (platform !== 'linux') {
    options.setLoginItem(wanted);
    return;
  }
  const file = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'micro-desktop.desktop');
  if (!wanted) {
    await rm(file, { force: true });
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  const text = desktopEntry(...command)
    .replace(/^(NoDisplay|MimeType)=.*\n/gm, '')
    .replace(' %U', '');
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}
