import JSON5 from 'json5';
import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';

interface PackageJson {
  name?: unknown;
  scripts?: Record<string, unknown>;
  workspaces?: unknown;
  packageManager?: unknown;
}

/** Scripts that run a service, the best first: what developers use, then what production uses. */
const serviceScripts = ['dev', 'start:dev', 'develop', 'start', 'serve', 'server'];

/** Commands that run the scripts of other packages. Those are found on their own. */
const orchestrator =
  /\b(turbo|nx|lerna|wsrun|rush|moon)\b|\bpnpm (-r|--recursive|--filter|-F)\b|--workspaces?\b|\bworkspaces? (foreach|run)\b/;

/** Commands that only compile, again and again. */
const compilerOnly =
  /^(tsc|tsup|rollup|swc|babel|esbuild|unbuild|vite build|webpack|parcel build|ng-packagr)\b(?!.*(&&|\||serve))/;

/** Output of a build, run by `start`. */
const builtOutput =
  /\b(dist|build|out|\.next|\.output|lib)\/|\b(next|nuxt|remix-serve|react-router-serve) ?(start|build\/)|\bvite preview\b/;

/** Scripts of package.json, run by the package manager of the repository; tasks of deno.json. */
export async function findNodePackages(folder: FolderView): Promise<Found[]> {
  if (folder.files.has('package.json')) return packageScripts(folder, await folder.read('package.json'));
  const deno = folder.first('deno.json', 'deno.jsonc');
  return deno ? denoTasks(deno, await folder.read(deno)) : [];
}

async function packageScripts(folder: FolderView, text: string | undefined): Promise<Found[]> {
  const manifest = parsed<PackageJson>(text);
  const scripts = manifest?.scripts ?? {};
  const script = serviceScripts.find((name) => typeof scripts[name] === 'string');
  if (!script) return [];
  const command = String(scripts[script]).trim();
  const isWorkspaceRoot = manifest?.workspaces !== undefined || folder.files.has('pnpm-workspace.yaml');
  // The root of a workspace only orchestrates; its members are found on their own.
  if (isWorkspaceRoot && (orchestrator.test(command) || /\b(concurrently|npm-run-all|run-p)\b/.test(command)))
    return [];
  const manager = await packageManager(folder);
  const found: Found = {
    run: runScript(manager, script),
    language: folder.files.has('tsconfig.json') ? 'ts' : 'js',
    why: `package.json script ${script}`,
  };
  // Folders are named for what they hold; the package of the whole project has only its name.
  if (folder.relative === '' && typeof manifest?.name === 'string') found.name = manifest.name.replace(/^@[^/]*\//, '');
  if (script === 'start' && typeof scripts['build'] === 'string' && builtOutput.test(command))
    found.build = runScript(manager, 'build');
  if (compilerOnly.test(command)) {
    found.unlikely = true;
    found.why += ', which only compiles';
  } else if (isWorkspaceRoot || orchestrator.test(command)) {
    found.unlikely = true;
    found.why += ' of the workspace';
  }
  return [found];
}

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lockb', 'bun'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
];

/** What the nearest package.json with `packageManager`, or the nearest lock file, says. */
async function packageManager(folder: FolderView): Promise<PackageManager> {
  for (const view of folder.upward()) {
    const declared = view.files.has('package.json')
      ? parsed<PackageJson>(await view.read('package.json'))?.packageManager
      : undefined;
    const name = typeof declared === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(declared)?.[1] : undefined;
    if (name) return name as PackageManager;
    const lock = lockFiles.find(([file]) => view.files.has(file));
    if (lock) return lock[1];
  }
  return 'npm';
}

function runScript(manager: PackageManager, script: string): string {
  if (manager === 'npm' && script === 'start') return 'npm start';
  // `pnpm build` and `yarn dev` run scripts as well, but `run` never means a command of the manager itself.
  return `${manager} run ${script}`;
}

function denoTasks(file: string, text: string | undefined): Found[] {
  const tasks = parsed<{ tasks?: Record<string, unknown> }>(text)?.tasks ?? {};
  const task = serviceScripts.find((name) => name in tasks);
  return task ? [{ run: `deno task ${task}`, language: 'ts', why: `${file} task ${task}` }] : [];
}

/** JSON with comments and commas at ends of lists; undefined for what is no object. */
export function parsed<T extends object>(text: string | undefined): T | undefined {
  try {
    const value: unknown = JSON5.parse(text ?? '');
    return value !== null && typeof value === 'object' ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
