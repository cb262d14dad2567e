import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { shell } from 'electron';
import { startedBy } from './ownProgram.ts';

/** An editor that cannot be started says so within this time; after it, it is taken to be open. */
const START_TIMEOUT_MS = 1_500;

/** Editors that are looked for on PATH, in this order, and how each takes a line. */
const EDITORS: { command: string; args: (path: string, line: number) => string[] }[] = [
  { command: 'code', args: (path, line) => ['--goto', `${path}:${line}`] },
  { command: 'cursor', args: (path, line) => ['--goto', `${path}:${line}`] },
  { command: 'codium', args: (path, line) => ['--goto', `${path}:${line}`] },
  { command: 'zed', args: (path, line) => [`${path}:${line}`] },
  { command: 'subl', args: (path, line) => [`${path}:${line}`] },
  { command: 'idea', args: (path, line) => ['--line', String(line), path] },
  { command: 'gedit', args: (path, line) => [`+${line}`, path] },
];

/**
 * Opens a folder, or a file at a line (from 1), in the user's editor: MICRO_EDITOR, else the first known one on PATH, else
 * whatever the system opens it with. Nothing is passed through a shell.
 */
export async function openInEditor(
  path: string,
  line: number | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ ok: boolean; message: string }> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return { ok: false, message: `${path} does not exist any more.` };
  const wanted = env.MICRO_EDITOR?.trim();
  for (const editor of EDITORS) {
    if (wanted && editor.command !== wanted) continue;
    const file = await findOnPath(editor.command, env);
    if (file === undefined) continue;
    const problem = await start(file, editor.args(path, line ?? 1), env);
    if (problem === undefined) return { ok: true, message: `Opened in ${editor.command}.` };
  }
  if (wanted && !EDITORS.some((editor) => editor.command === wanted)) {
    const problem = await start(wanted, [path], env);
    if (problem === undefined) return { ok: true, message: `Opened in ${wanted}.` };
    return { ok: false, message: `MICRO_EDITOR is ${wanted}, which cannot be started: ${problem}` };
  }
  const problem = await shell.openPath(path);
  if (problem === '') return { ok: true, message: 'Opened with the program the system has for it.' };
  return {
    ok: false,
    message: `No editor was found. Set MICRO_EDITOR to the command of yours. (Looked for ${EDITORS.map((e) => e.command).join(', ')}.)`,
  };
}

async function findOnPath(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', '.bat'] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    for (const ending of endings) {
      const file = join(folder, command + ending);
      if (
        await stat(file)
          .then((info) => info.isFile())
          .catch(() => false)
      )
        return file;
    }
  }
  return undefined;
}

/** Starts a program and lets it go. Resolves with why that failed, or undefined. */
function start(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const command = startedBy(file, args);
    const child = spawn(command.file, command.args, {
      env,
      stdio: 'ignore',
      detached: true,
      // A detached program of the console would open one.
      windowsHide: true,
      windowsVerbatimArguments: command.verbatim,
    });
    const timer = setTimeout(() => {
      child.unref();
      resolve(undefined);
    }, START_TIMEOUT_MS);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : `it ended with code ${code}`);
    });
  });
}
