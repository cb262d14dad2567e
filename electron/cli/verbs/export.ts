import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { ExportFormat } from '../../server/deploy/exportProject.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { requireFolder } from '../requireFolder.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** Where the files go when no folder is named, relative to the project. */
const FOLDERS: Readonly<Record<ExportFormat, string>> = { kubernetes: 'kubernetes', compose: '.' };

/** `micro export`: the project in the words of Kubernetes or compose, for machines without micro. */
export const exportVerb: Verb = {
  configure(command) {
    command
      .argument('<format>', 'kubernetes or compose')
      .argument('[dir]', 'folder for the files (default: kubernetes/, or the project’s own for compose)')
      .option('--project <dir>', 'folder of the project (default: this one)')
      .option('--image-prefix <registry/path>', 'kubernetes: where the images are pushed to and pulled from')
      .option('--force', 'replace files that are there');
    addExamples(command, [
      ['micro export kubernetes', 'a file per service in kubernetes/, for kubectl apply -k kubernetes'],
      ['micro export compose', 'compose.yaml beside micro.yaml, for docker compose up'],
      ['micro export kubernetes --image-prefix registry.example/team', 'with images that the cluster pulls from there'],
      ['micro export kubernetes deploy --json', 'into another folder, and tells what was written as JSON'],
    ]);
  },
  async run(context, args, options) {
    const format = args[0] ?? '';
    if (!isFormat(format)) throw usageError(`there is no export to "${format}"`, 'there are: kubernetes, compose');
    const project = resolve(context.cwd, (options.project as string | undefined) ?? '.');
    if (options.project !== undefined) await requireFolder(project, String(options.project));
    const out = args[1] === undefined ? join(project, FOLDERS[format]) : resolve(context.cwd, args[1]);
    // Only now: help and usage errors need no parser.
    const { exportProject } = await import('../../server/deploy/exportProject.ts');
    const {
      files,
      notes,
      project: name,
    } = await exportProject(project, format, out, options.imagePrefix as string | undefined);
    const written = files.map(({ path, text }) => ({ file: join(out, path), text }));
    if (options.force !== true) await refuseToReplace(written.map(({ file }) => file));
    for (const { file, text } of written) await write(file, text);
    if (context.json) {
      context.out.json({ project: name, format, folder: out, files: files.map(({ path }) => path), notes });
      return exitCode.fine;
    }
    context.say(`wrote ${files.length} ${files.length === 1 ? 'file' : 'files'} to ${out}`);
    for (const { path } of files) context.out.line(path);
    for (const { service, text } of notes)
      context.err.line(`${context.err.colours.yellow('note:')} ${service}: ${text}`);
    context.say(
      `next: ${format === 'compose' ? `docker compose -f ${join(out, 'compose.yaml')} up` : `kubectl apply -k ${out}`}`,
    );
    return exitCode.fine;
  },
};

function isFormat(text: string): text is ExportFormat {
  return Object.hasOwn(FOLDERS, text);
}

/** Before anything is written: either all of it is new or nothing changes. */
async function refuseToReplace(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    throw new MicroError('export.exists', `${file} is already there; nothing was written`, {
      next: 'Choose another folder, or replace what is there with --force.',
    });
  }
}

/** Aside and renamed into place, so that nobody reads half of it. */
async function write(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(aside, text);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new MicroError('storage.failed', `${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
