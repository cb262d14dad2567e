import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Candidate, CandidateSchema } from '../../../shared/contract/gen/projects_pb.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { findCargoBinaries } from './discovery/cargoPackages.ts';
import { type ComposeService, findComposeServices } from './discovery/composeServices.ts';
import { FolderView } from './discovery/folderView.ts';
import type { Finder, Found } from './discovery/found.ts';
import { findGoMains } from './discovery/goPackages.ts';
import { findJvmProjects } from './discovery/jvmProjects.ts';
import { findLaunchEntries } from './discovery/launchEntries.ts';
import { findNodePackages } from './discovery/nodePackages.ts';
import { findOtherPrograms } from './discovery/otherPrograms.ts';
import { findProcfile } from './discovery/procfile.ts';
import { findPythonProjects } from './discovery/pythonProjects.ts';
import { findManifest } from './findManifest.ts';
import { projectNameOf, toServiceName } from './manifestParser.ts';

/** Folders deeper than this below the project are not looked into; repositories keep services two or three levels down. */
const maxDepth = 4;

/** At most so many folders are looked into; opening a home folder by mistake must not take minutes. */
const maxFolders = 2000;

/** Folders that hold no sources of the project: packages of others, output of tools. Hidden folders are left out as well. */
const skipped = new Set([
  'node_modules',
  'bower_components',
  'vendor',
  'third_party',
  'dist',
  'build',
  'out',
  'target',
  'bin',
  'obj',
  '_build',
  'deps',
  'venv',
  'site-packages',
  '__pycache__',
  'coverage',
  'testdata',
]);

/** What runs in such folders is seldom a service of the project; it is listed, but not chosen. */
const secondary =
  /(^|\/)(tests?|__tests__|e2e|fixtures|examples?|samples?|docs?|scripts?|tools?|hack|bench(marks?)?)(\/|$)/;

const finders: readonly Finder[] = [
  findProcfile,
  findNodePackages,
  findGoMains,
  findCargoBinaries,
  findJvmProjects,
  findPythonProjects,
  findOtherPrograms,
];

/** What a folder seems to hold. */
export interface Discovery {
  /** A name for the project. */
  name: string;
  hasManifest: boolean;
  /** In the order of their folders; those that are most likely services are `selected`. */
  candidates: Candidate[];
}

/** A candidate on its way. */
interface Draft extends Found {
  path: string;
  /** Where it was found, relative to the project. */
  source: string;
  isSelected: boolean;
  dependsOn: string[];
  /** An external service: where it is published. */
  port?: number;
  /** What the compose file calls it, for its dependents there. */
  composeName?: string;
}

/**
 * Looks through a folder for things that run: scripts of package.json, Go, Cargo, JVM, Python and other programs, a
 * Procfile, compose services, launch entries of VS Code. Rejects with `project.folder-missing`.
 */
export async function discoverProject(folder: string): Promise<Discovery> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new MicroError('project.folder-missing', `the folder ${folder} does not exist`, { next: 'Check the path.' });
  }
  const { drafts, compose } = await lookThrough(await FolderView.open(folder, ''));
  choose(drafts);
  addCompose(drafts, compose);
  if (!drafts.some(({ isSelected }) => isSelected)) for (const draft of drafts) draft.isSelected = true;
  return {
    name: projectNameOf(folder),
    hasManifest: (await findManifest(folder)) !== undefined,
    candidates: named(drafts, projectNameOf(folder)),
  };
}

async function lookThrough(root: FolderView): Promise<{ drafts: Draft[]; compose: ComposeService[] }> {
  const drafts: Draft[] = [];
  const add = (view: FolderView, found: Found): void => {
    const path = found.path ?? view.relative;
    // The same found a second time, e.g. a script that a launch entry also runs.
    if (drafts.some((draft) => draft.path === path && draft.run === found.run)) return;
    drafts.push({ ...found, path, source: view.relative, isSelected: false, dependsOn: [] });
  };
  const queue = [{ view: root, depth: 0 }];
  for (let seen = 0; queue.length > 0 && seen < maxFolders; seen++) {
    const { view, depth } = queue.shift() as { view: FolderView; depth: number };
    for (const find of finders) for (const found of await find(view)) add(view, found);
    if (depth >= maxDepth) continue;
    for (const name of view.folders) {
      if (!name.startsWith('.') && !skipped.has(name)) queue.push({ view: await view.child(name), depth: depth + 1 });
    }
  }
  for (const found of await findLaunchEntries(root)) add(root, found);
  return { drafts, compose: await findComposeServices(root) };
}

/** Chooses the likely services, each once however often it was found. */
function choose(drafts: Draft[]): void {
  const lines = drafts.filter(({ why }) => why.startsWith('Procfile'));
  for (const draft of drafts) {
    // A Procfile is the word of the author on what runs in its folder, and in those that its lines go to.
    const isCovered =
      !lines.includes(draft) &&
      lines.some(({ path, run }) => path === draft.path || (draft.path !== '' && mentions(run, draft.path)));
    draft.isSelected = !draft.unlikely && !isCovered && !secondary.test(draft.source);
  }
  const covered = new Set(drafts.flatMap(({ path, isSelected }) => (isSelected ? [path] : [])));
  for (const draft of drafts) {
    if (draft.why.startsWith('.vscode/') && !secondary.test(draft.path) && !covered.has(draft.path))
      draft.isSelected = true;
  }
}

function mentions(run: string, path: string): boolean {
  return run.split(/[\s;&|'"=]+/).some((word) => word.replace(/^\.\//, '').replace(/\/$/, '').startsWith(path));
}

/** Brings in what the compose file knows: names and dependencies of what was found, and what runs beside it. */
function addCompose(drafts: Draft[], compose: readonly ComposeService[]): void {
  for (const service of compose) {
    const { name, file, image, context } = service;
    const known =
      context === undefined
        ? undefined
        : drafts.find((draft) => draft.isSelected && draft.path === context && draft.composeName === undefined);
    if (known) {
      known.composeName = name;
      known.name = name;
      known.dependsOn = service.dependsOn;
      known.why += `; ${file} calls it ${name}`;
      continue;
    }
    const common = { name, composeName: name, path: '', source: '', language: '', dependsOn: service.dependsOn };
    const port = service.ports[0];
    const start = `docker compose up -d ${name}`;
    if (context === undefined && port !== undefined) {
      const why = `${file} runs ${image} on port ${port}; start it with \`${start}\``;
      drafts.push({ ...common, run: '', port, why, isSelected: true });
    } else {
      const why =
        context === undefined ? `${file} runs ${image}` : `${file} builds it from ${context || 'this folder'}`;
      drafts.push({
        ...common,
        run: `docker compose up --no-log-prefix ${name}`,
        why: `${why}; it runs in a container`,
        isSelected: false,
      });
    }
  }
}

/** Gives every draft a name of its own; chosen ones come first in getting theirs. */
function named(drafts: readonly Draft[], projectName: string): Candidate[] {
  const names = new Map<Draft, string>();
  const taken = new Set<string>();
  for (const draft of [...drafts].sort((a, b) => Number(b.isSelected) - Number(a.isSelected))) {
    const base = toServiceName(draft.name ?? basename(draft.path)) || projectName;
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base.slice(0, 60)}-${i}`;
    taken.add(name);
    names.set(draft, name);
  }
  const byComposeName = new Map(drafts.map((draft) => [draft.composeName, names.get(draft) as string]));
  return drafts.map((draft) => {
    const { path, run, build, language, why, port, isSelected } = draft;
    return create(CandidateSchema, {
      name: names.get(draft) as string,
      path,
      run,
      build: build ?? '',
      language,
      why,
      port: port ?? 0,
      kind: port === undefined ? Kind.SERVICE : Kind.EXTERNAL,
      dependsOn: draft.dependsOn.flatMap((each) => byComposeName.get(each) ?? []),
      selected: isSelected,
    });
  });
}
