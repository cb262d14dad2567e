import { basename } from 'node:path';
import { parse } from 'smol-toml';
import type { FolderView } from './folderView.ts';
import { type Found, portVariable } from './found.ts';

/** Where applications lie, the likeliest first; `folder/file` as well as plain files. */
const entryFiles = ['main.py', 'app.py', 'server.py', 'wsgi.py', 'asgi.py', 'api.py', '__main__.py'];
/** Folders that a project keeps its code in. */
const sourceFolders = ['app', 'src', 'api'];
/** Files that say that a folder is a project, with what its code needs. */
const projectFiles = ['pyproject.toml', 'requirements.txt', 'setup.py', 'Pipfile', 'uv.lock', 'poetry.lock'];

/** Libraries that only services use. */
const serverLibrary =
  /^(fastapi|flask|django|starlette|sanic|tornado|aiohttp|litestar|quart|falcon|bottle|uvicorn|gunicorn|hypercorn|grpcio|nameko|celery)\b/i;

/** Django, FastAPI and Flask applications, scripts of pyproject.toml, and files that run by themselves. */
export async function findPythonProjects(folder: FolderView): Promise<Found[]> {
  // The code of a project is run from the project's own folder.
  if (
    folder.parent?.first(...projectFiles) &&
    sourceFolders.includes(basename(folder.path)) &&
    !folder.first(...projectFiles)
  )
    return [];
  const launch = await launcher(folder);
  if (folder.files.has('manage.py')) {
    return [
      {
        run: `${launch.python} manage.py runserver 127.0.0.1:${portVariable}`,
        language: 'py',
        why: 'manage.py of Django',
      },
    ];
  }
  const application = await findApplication(folder, launch);
  if (application) return [application];
  const script = await findScript(folder, launch);
  if (script) return [script];
  const entry = folder.first(...entryFiles);
  if (!entry) return [];
  const text = (await folder.read(entry)) ?? '';
  // Without this line (or with only definitions) the file is a part of something else.
  const runs =
    /^if __name__ == ['"]__main__['"]/m.test(text) ||
    /\b(serve_forever|run_forever|app\.run|asyncio\.run)\(/.test(text);
  return runs ? [{ run: `${launch.python} ${entry}`, language: 'py', why: entry }] : [];
}

/** How programs of the project's own Python are started. */
interface Launcher {
  /** Starts the interpreter. */
  python: string;
  /** Starts a module or a script of an installed package. */
  module(name: string): string;
  script(name: string): string;
}

async function launcher(folder: FolderView): Promise<Launcher> {
  for (const view of folder.upward()) {
    const runner = view.files.has('uv.lock')
      ? 'uv run'
      : view.files.has('poetry.lock')
        ? 'poetry run'
        : view.files.has('Pipfile')
          ? 'pipenv run'
          : undefined;
    if (runner) {
      return {
        python: `${runner} python`,
        module: (name) => `${runner} ${name}`,
        script: (name) => `${runner} ${name}`,
      };
    }
    const venv = view.folders.find((name) => name === '.venv' || name === 'venv');
    if (venv) {
      const bin = `${folder.wayUpTo(view)}${venv}/${process.platform === 'win32' ? 'Scripts' : 'bin'}`;
      return {
        python: `${bin}/python`,
        module: (name) => `${bin}/python -m ${name}`,
        script: (name) => `${bin}/${name}`,
      };
    }
    const project = view.files.has('pyproject.toml') ? await pyproject(view) : undefined;
    if (project?.tool?.['poetry']) {
      return {
        python: 'poetry run python',
        module: (name) => `poetry run ${name}`,
        script: (name) => `poetry run ${name}`,
      };
    }
  }
  const python = process.platform === 'win32' ? 'python' : 'python3';
  return { python, module: (name) => `${python} -m ${name}`, script: (name) => name };
}

/** An object that a server of the framework serves: `app = FastAPI()`. */
async function findApplication(folder: FolderView, launch: Launcher): Promise<Found | undefined> {
  const places = folder.first(...projectFiles) ? sourceFolders.filter((name) => folder.folders.includes(name)) : [];
  for (const place of ['', ...places]) {
    for (const entry of entryFiles) {
      const file = place === '' ? entry : `${place}/${entry}`;
      if (place === '' && !folder.files.has(entry)) continue;
      const text = await folder.read(file);
      const match = /^(\w+)\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Flask|Quart)\(/m.exec(
        text ?? '',
      );
      if (!match) continue;
      const [, name, framework] = match as unknown as [string, string, string];
      const module = file.replace(/\.py$/, '').replace('/', '.');
      const run =
        framework === 'Flask' || framework === 'Quart'
          ? `${launch.module(framework.toLowerCase())} --app ${module}:${name} run --port ${portVariable}`
          : `${launch.module('uvicorn')} ${module}:${name} --port ${portVariable}`;
      return { run, language: 'py', why: `${framework} application in ${file}` };
    }
  }
  return undefined;
}

interface PyProject {
  project?: { dependencies?: unknown; scripts?: Record<string, unknown> };
  tool?: Record<string, { scripts?: Record<string, unknown>; dependencies?: Record<string, unknown> } | undefined>;
}

async function pyproject(folder: FolderView): Promise<PyProject | undefined> {
  try {
    return parse((await folder.read('pyproject.toml')) ?? '') as PyProject;
  } catch {
    return undefined;
  }
}

async function findScript(folder: FolderView, launch: Launcher): Promise<Found | undefined> {
  if (!folder.files.has('pyproject.toml')) return undefined;
  const project = await pyproject(folder);
  const poetry = project?.tool?.['poetry'];
  const names = Object.keys(project?.project?.scripts ?? poetry?.scripts ?? {});
  const name = names.find((each) => /serve|server|api|app|start|web/i.test(each)) ?? names[0];
  if (!name) return undefined;
  const listed = project?.project?.dependencies;
  const dependencies = [
    ...(Array.isArray(listed) ? listed.map(String) : []),
    ...Object.keys(poetry?.dependencies ?? {}),
  ];
  const isService = dependencies.some((dependency) => serverLibrary.test(dependency));
  return {
    run: launch.script(name),
    language: 'py',
    why: `pyproject.toml script ${name}${isService ? '' : ', which may be a tool'}`,
    ...(isService ? {} : { unlikely: true }),
  };
}
