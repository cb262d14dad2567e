import { posix } from 'node:path';
import { formatCommand } from '../commandLine.ts';
import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';
import { parsed } from './nodePackages.ts';

interface LaunchEntry {
  name?: unknown;
  type?: unknown;
  request?: unknown;
  program?: unknown;
  module?: unknown;
  args?: unknown;
  runtimeExecutable?: unknown;
  runtimeArgs?: unknown;
  cwd?: unknown;
}

/** Entries of .vscode/launch.json that start a program. */
export async function findLaunchEntries(folder: FolderView): Promise<Found[]> {
  if (!folder.folders.includes('.vscode')) return [];
  const file = parsed<{ configurations?: unknown }>(await folder.read('.vscode/launch.json'));
  if (!Array.isArray(file?.configurations)) return [];
  return (file.configurations as (LaunchEntry | null)[]).flatMap((entry) => {
    const found = entry && entry.request === 'launch' ? commandOf(entry) : undefined;
    // What stands for something in the editor (the open file, an input) means nothing here.
    if (!found || /\$\{/.test(found.run) || found.cwd === undefined) return [];
    const name = String(entry?.name ?? '');
    return [
      {
        name,
        path: posix.join(folder.relative, found.cwd).replace(/^\.$/, ''),
        run: found.run,
        language: found.language,
        why: `.vscode/launch.json entry ${name}`,
        unlikely: true,
      },
    ];
  });
}

function commandOf(entry: LaunchEntry): { run: string; language: string; cwd: string | undefined } | undefined {
  const cwd = inWorkspace(entry.cwd ?? '');
  const from = (path: unknown): string => posix.relative(cwd ?? '', inWorkspace(path) ?? String(path)) || '.';
  const args = texts(entry.args);
  const line = (language: string, ...argv: string[]) => ({ run: formatCommand([...argv, ...args]), language, cwd });
  const { program } = entry;
  switch (entry.type) {
    case 'node':
    case 'pwa-node': {
      const runtime = typeof entry.runtimeExecutable === 'string' ? entry.runtimeExecutable : 'node';
      const words = [runtime, ...texts(entry.runtimeArgs), ...(program === undefined ? [] : [from(program)])];
      return words.length > 1 ? line('js', ...words) : undefined;
    }
    case 'python':
    case 'debugpy': {
      const python = process.platform === 'win32' ? 'python' : 'python3';
      if (typeof entry.module === 'string') return line('py', python, '-m', entry.module);
      return program === undefined ? undefined : line('py', python, from(program));
    }
    case 'go': {
      if (program === undefined) return undefined;
      const target = from(program);
      return line('go', 'go', 'run', target === '.' || target.endsWith('.go') ? target : `./${target}`);
    }
    default:
      return undefined;
  }
}

/** A path relative to the workspace; undefined when it lies elsewhere. */
function inWorkspace(path: unknown): string | undefined {
  const text = String(path)
    .replaceAll('\\', '/')
    .replace(/^\$\{workspace(Folder|Root)\}\/?/, '');
  if (text.startsWith('/') || /^[a-z]:/i.test(text) || text.includes('${')) return undefined;
  const normal = posix.normalize(text || '.');
  return normal.startsWith('..') ? undefined : normal;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
