import { access, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { serviceNamePattern } from '../../../shared/contract/manifest.ts';
import { bundledSdk } from '../../server/bundledSdk.ts';
import { addToManifest } from '../addToManifest.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { type Template, templates } from '../newTemplates.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** Name of the SDK's file beside a service that uses it. */
const SDK_FILE = 'micro-sdk.mjs';

/** What Windows keeps for devices. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

const LANGUAGES = templates.map(({ language }) => language).join(', ');

/** `micro new`: a folder with a service that runs as it is, entered in the micro.yaml of this folder if there is one. */
export const newVerb: Verb = {
  configure(command) {
    command
      .argument('<name>', 'name of the service, and of its folder')
      .option('-l, --lang <language>', `what it is written in: ${LANGUAGES}`, 'node');
    addExamples(command, [
      ['micro new greeter', 'in Node, with the SDK in one file beside it'],
      ['micro new stock --lang python', 'in Python, with nothing but its own library'],
      ['micro new greeter && micro run greeter', 'made and started'],
    ]);
  },
  async run(context, args, options) {
    const name = args[0] ?? '';
    const template = templates.find(({ language }) => language === options.lang);
    if (!serviceNamePattern.test(name)) {
      throw usageError(`"${name}" cannot be the name of a service`, 'use small letters, digits and dashes');
    }
    if (WINDOWS_DEVICE.test(name)) {
      throw usageError(
        `"${name}" cannot be the name of a folder on Windows`,
        'others may have it there: use another one',
      );
    }
    if (!template) throw usageError(`there is no template for "${String(options.lang)}"`, `there are: ${LANGUAGES}`);
    const folder = join(context.cwd, name);
    const manifest = await projectOf(context.cwd);
    const service = { run: template.run, ready: { http: '/healthz' } };
    // Before anything is written: what cannot be entered is not made.
    const entered = manifest && addToManifest(manifest.text, manifest.file, name, { path: name, ...service });
    const made = await makeFolder(
      folder,
      name,
      template,
      !manifest && addToManifest(`name: ${name}\n`, '', name, service),
    );
    if (manifest && entered !== undefined) await replace(manifest.file, entered);
    const missing = (await isOnPath(template.program, context.env)) ? undefined : template.program;
    tell(context, {
      name,
      template,
      folder,
      files: made,
      manifest: manifest?.file ?? join(folder, 'micro.yaml'),
      missing,
    });
    return exitCode.fine;
  },
};

/** The manifest of the folder, when it is a project. */
async function projectOf(folder: string): Promise<{ file: string; text: string } | undefined> {
  for (const name of ['micro.yaml', 'micro.yml']) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new MicroError('manifest.unreadable', `${file} cannot be read: ${error.code}`, { cause: error });
    });
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

/** Makes the folder with its files and resolves with their names; leaves nothing behind when that fails. */
async function makeFolder(
  folder: string,
  name: string,
  template: Template,
  manifest: string | false,
): Promise<string[]> {
  const sdk = template.needsSdk ? await sdkFile() : undefined;
  try {
    await mkdir(folder);
  } catch (error) {
    throw new MicroError(
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'new.folder-exists' : 'storage.failed',
      `${folder} ${(error as NodeJS.ErrnoException).code === 'EEXIST' ? 'is already there' : `cannot be made: ${(error as Error).message}`}`,
      { next: 'Choose another name, or move it away.', cause: error },
    );
  }
  try {
    const files = { ...template.files(name), ...(manifest === false ? {} : { 'micro.yaml': manifest }) };
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text, { flag: 'wx' });
    if (sdk) await copyFile(sdk, join(folder, SDK_FILE));
    return [...Object.keys(files), ...(sdk ? [SDK_FILE] : [])].sort();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new MicroError('storage.failed', `${folder} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function sdkFile(): Promise<URL> {
  const file = bundledSdk();
  const isThere = file !== undefined && (await access(file).then(...BOTH));
  if (file && isThere) return file;
  throw new MicroError('storage.failed', 'the file of the SDK is not beside this program', {
    next: 'Build it (npm run build), or make a service in another language.',
  });
}

const BOTH = [() => true, () => false] as const;

/** Aside and renamed into place, so that nobody reads half of it. */
async function replace(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(aside, text, { flag: 'wx' });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new MicroError('storage.failed', `${file} cannot be written: ${(error as Error).message}`, {
      next: 'The folder of the service is there; enter it in the file by hand.',
      cause: error,
    });
  }
}

async function isOnPath(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  const files = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => endings.map((end) => join(folder, program + end)));
  const found = await Promise.all(files.map((file) => access(file).then(...BOTH)));
  return found.includes(true);
}

interface Made {
  name: string;
  template: Template;
  folder: string;
  files: string[];
  manifest: string;
  /** The program that runs it, when it is not installed. */
  missing: string | undefined;
}

function tell(context: CliContext, { name, template, folder, files, manifest, missing }: Made): void {
  const isOwn = manifest.startsWith(folder);
  const next = [isOwn ? `micro run ${name}` : 'micro run', template.call(name)];
  if (context.json) {
    context.out.json({ name, language: template.language, folder, files, manifest, missing: missing ?? null, next });
    return;
  }
  context.say(`made ${name}/: ${files.join(', ')}`);
  if (!isOwn) context.say(`entered ${name} in ${manifest}`);
  if (missing) context.err.line(`${missing} is not on PATH: install it before you run the service`);
  context.say(`next:\n${next.map((line) => `  ${line}`).join('\n')}`);
}
