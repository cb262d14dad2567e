import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MainLog } from './mainLog.ts';

/** Entry of the desktop for links to an app that no package manager installed. */
const ENTRY = 'micro-desktop-links.desktop';
/** Entry of an installed deb or rpm. */
const INSTALLED_ENTRY = '/usr/share/applications/micro-desktop.desktop';

/** What {@link registerLinks} works with. */
export interface LinkOptions {
  platform: NodeJS.Platform;
  /** What the system is to start: the AppImage, else the executable. */
  program: string;
  env: NodeJS.ProcessEnv;
  home: string;
  /** The system's own way, on macOS and Windows. */
  setAsDefault: () => boolean;
  /** Runs a program to its end; rejects when it cannot be started or fails. */
  run: (program: string, args: string[]) => Promise<void>;
  log: Pick<MainLog, 'info' | 'warn'>;
}

/**
 * Tells the system that this app opens `micro:` links. On Linux a deb or rpm did that when it was installed; what was
 * unpacked, or is an AppImage, does it at each start, since it may have been moved meanwhile. Never rejects.
 */
export async function registerLinks(options: LinkOptions): Promise<void> {
  const { platform, program, env, home, run, log } = options;
  try {
    if (platform !== 'linux') {
      if (!options.setAsDefault()) log.warn('the system does not take this app for micro: links');
      return;
    }
    const installed = await readFile(INSTALLED_ENTRY, 'utf8').catch(() => '');
    if (installed.includes(program)) return;
    const file = join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'applications', ENTRY);
    const text = desktopEntry(program);
    const before = await readFile(file, 'utf8').catch(() => undefined);
    if (before === text) return;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
    await run('xdg-mime', ['default', ENTRY, 'x-scheme-handler/micro']);
    log.info(`micro: links open ${program}${before === undefined ? '' : ', which was moved'}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`micro: links may not open this app (${reason}); on Linux the package xdg-utils is needed`);
  }
}

/**
 * An entry that no menu shows. In a quoted word of `Exec` some characters need a mark in front, which in turn is written
 * twice, as in every value of such a file; `%` begins a field.
 */
export function desktopEntry(...words: string[]): string {
  const command = words.map(
    (word) =>
      `"${word
        .replace(/[\\"`$]/g, (character) => (character === '\\' ? '\\'.repeat(4) : `\\\\${character}`))
        .replaceAll('%', '%%')}"`,
  );
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Micro Desktop',
    `Exec=${command.join(' ')} %U`,
    'NoDisplay=true',
    'StartupWMClass=micro-desktop',
    'MimeType=x-scheme-handler/micro;',
    '',
  ].join('\n');
}
