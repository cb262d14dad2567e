import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MicroError } from '../../../shared/contract/errors.ts';
import { microHome } from '../../server/findServer.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { requireFolder } from '../requireFolder.ts';
import type { Verb } from '../verb.ts';

/** `micro open [folder]`: opens the window, on a project if one is named. */
export const openVerb: Verb = {
  configure(command) {
    command.argument('[folder]', 'project to open and run; default: what was open last');
    addExamples(command, [
      ['micro open', 'the window, or the one that is open already'],
      ['micro open .', 'the window with the project of this folder'],
    ]);
  },
  async run(context, [named]) {
    const folder = named === undefined ? undefined : resolve(context.cwd, named);
    if (folder !== undefined && named !== undefined) await requireFolder(folder, named);
    const app = await appCommand(fileURLToPath(import.meta.url));
    if (app === undefined) {
      throw new MicroError('desktop.not-installed', 'the desktop app does not belong to this installation of micro', {
        next: 'show the page in a browser: micro server --ui',
      });
    }
    const env: NodeJS.ProcessEnv = { ...context.env, MICRO_HOME: context.home };
    // It would make the app a Node.
    delete env['ELECTRON_RUN_AS_NODE'];
    if (context.home === microHome(undefined, {})) delete env['MICRO_HOME'];
    const args = [...app.args, ...(folder === undefined ? [] : ['--project', folder])];
    const pid = await start(app.file, args, env);
    if (context.json) context.out.json({ pid, folder: folder ?? null });
    else context.say(folder === undefined ? 'opening the window' : `opening the window on ${folder}`);
    return exitCode.fine;
  },
};

/** How to start the app that this command line belongs to: packaged beside it, or in the same checkout. */
export async function appCommand(
  bundle: string,
  electron: string | undefined = process.versions['electron'],
  // Chromium's sandbox refuses to run as root.
  isRoot = process.getuid?.() === 0,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ file: string; args: string[] } | undefined> {
  if (electron !== undefined && /[\\/]app\.asar\.unpacked[\\/]/.test(bundle)) {
    const { APPIMAGE: image, APPDIR: mounted } = env;
    // What is mounted is gone when this command ends; the AppImage itself mounts anew. The variables may be another's.
    const isMounted = image !== undefined && mounted !== undefined && bundle.startsWith(`${mounted}/`);
    return { file: isMounted ? image : process.execPath, args: isRoot ? ['--no-sandbox'] : [] };
  }
  const script = join(dirname(bundle), '..', '..', 'build', 'start.mjs');
  return access(script).then(
    () => ({ file: process.execPath, args: [script] }),
    () => undefined,
  );
}

/** Starts a program that goes on by itself; resolves with its pid. */
function start(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { env, detached: true, stdio: 'ignore' });
    child.once('error', fail);
    child.once('spawn', () => {
      child.unref();
      done(child.pid ?? 0);
    });
  });
}
