import { access, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import { MicroError } from '../../../shared/contract/errors.ts';
import { manifestError } from '../project/manifestError.ts';
import { parseManifest } from '../project/manifestParser.ts';
import { loadManifest } from '../project/openProject.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { buildIgnore } from './buildIgnore.ts';
import { type ComposeService, composeService } from './composeProject.ts';
import { containerFile } from './containerFile.ts';
import { declaredVariables } from './declaredVariables.ts';
import { dependencyUrls } from './dependencyUrls.ts';
import { folderFiles } from './folderFiles.ts';
import { objectName } from './names.ts';
import { serviceObjects } from './serviceObjects.ts';

/** The version that exported manifests are for: the oldest with a wait before the end of a container, supported everywhere. */
const EXPORT_MINOR = 30;

/** Where manifests can be written for. */
export type ExportFormat = 'kubernetes' | 'compose';

/** What an export of a project consists of; nothing is written yet. */
export interface ProjectExport {
  project: string;
  /** Paths are relative to the folder that they are to be written into, `/` separated. */
  files: { path: string; text: string }[];
  /** What the format cannot do, or what has to be done first. */
  notes: { service: string; text: string }[];
}

/**
 * Writes a project of micro.yaml in the words of Kubernetes or compose. `out` is the folder that the files will lie in, absolute;
 * `imagePrefix` the registry and path that images are pushed under and pulled from. Rejects with `manifest.*`, `env-file.unreadable` or `image.no-recipe`.
 */
export async function exportProject(
  folder: string,
  format: ExportFormat,
  out: string,
  imagePrefix?: string,
): Promise<ProjectExport> {
  const { path, text } = await loadManifest(folder);
  // Containers are Linux, whatever this machine is.
  const parsed = parseManifest(text, folder, path, 'linux');
  if (!parsed.ok) throw manifestError(path, parsed.problems);
  const { name: project, services } = parsed.manifest;
  const result: ProjectExport = { project, files: [], notes: [] };
  const written = new Writer(result, services, out, imagePrefix);
  if (format === 'compose') await written.compose();
  else await written.kubernetes();
  return result;
}

class Writer {
  private readonly byName: ReadonlyMap<string, ServiceSpec>;

  constructor(
    private readonly result: ProjectExport,
    private readonly services: readonly ServiceSpec[],
    private readonly out: string,
    private readonly imagePrefix: string | undefined,
  ) {
    this.byName = new Map(services.map((spec) => [spec.name, spec]));
  }

  async kubernetes(): Promise<void> {
    const resources: string[] = [];
    for (const spec of this.services) {
      if (spec.kind === 'external') continue;
      if (spec.start === 'disabled') {
        this.note(spec, 'left out, because it is disabled');
        continue;
      }
      const notes: string[] = [];
      const note = (text: string): void => {
        notes.push(text);
      };
      const image = await this.image(spec, note);
      const variables = await declaredVariables(spec, this.urls(spec, objectName));
      const name = objectName(spec.name);
      for (const [kind, command] of [
        ['config', 'configmap'],
        ['secret', 'secret generic'],
      ] as const) {
        const keys = variables.filter((variable) => variable.kind === kind).map((variable) => variable.name);
        if (keys.length > 0)
          note(`first: kubectl create ${command} ${name} ${keys.map((key) => `--from-literal=${key}=…`).join(' ')}`);
      }
      if (spec.dependsOn.length > 0)
        note(`needs ${spec.dependsOn.map(({ service }) => service).join(', ')}; Kubernetes starts all at once`);
      if (!spec.image && (await importsSdkItLacks(spec))) note(LACKS_SDK);
      const objects = serviceObjects(spec, { image: image.name, variables, minor: EXPORT_MINOR, note });
      const head = notes.map((text) => `# ${text}\n`).join('');
      const file = `${name}.yaml`;
      this.add(file, `${head}${objects.map((object) => yaml(object)).join('---\n')}`);
      resources.push(file);
      for (const text of notes) this.note(spec, text);
    }
    this.add(
      'kustomization.yaml',
      yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }),
    );
  }

  async compose(): Promise<void> {
    const services: Record<string, ComposeService> = {};
    for (const spec of this.services) {
      if (spec.kind === 'external') continue;
      const note = (text: string): void => this.note(spec, text);
      const image = await this.image(spec, () => {});
      if (!spec.image && (await importsSdkItLacks(spec))) note(LACKS_SDK);
      services[spec.name] = composeService(spec, {
        ...(image.build ? { build: image.build } : {}),
        variables: await declaredVariables(
          spec,
          this.urls(spec, (service) => service),
        ),
        find: (service) => this.byName.get(service),
        note,
      });
    }
    this.add('compose.yaml', yaml({ name: this.result.project, services }));
  }

  private urls(spec: ServiceSpec, hostOf: (service: string) => string): Record<string, string> {
    return dependencyUrls(spec, (service) => this.byName.get(service), hostOf);
  }

  /** The image that is given, or how the one of its folder is built. */
  private async image(
    spec: ServiceSpec,
    note: (text: string) => void,
  ): Promise<{ name: string; build?: { context: string; dockerfile: string } }> {
    if (spec.image) return { name: spec.image.name };
    const name =
      this.imagePrefix === undefined
        ? `${spec.project}/${spec.name}:${spec.version}`
        : `${this.imagePrefix}/${spec.project}-${spec.name}:${spec.version}`;
    const context = this.shown(spec.folder);
    const own = await this.ownContainerFile(spec.folder);
    const generated = `${objectName(spec.name)}.Containerfile`;
    if (own === undefined) {
      const found = await folderFiles(spec.folder);
      const text = containerFile(spec, found);
      if (text === undefined) {
        throw new MicroError(
          'image.no-recipe',
          `${spec.name}: it is not known how an image of ${spec.folder} is built`,
          {
            next: 'Put a Dockerfile into its folder, or name an image: in micro.yaml.',
          },
        );
      }
      this.add(generated, text);
      // Docker reads it by this name: what is not to be in the image, secrets first of all.
      this.add(`${generated}.dockerignore`, `${(await buildIgnore(spec)).join('\n')}\n`);
    }
    const dockerfile = own ?? this.place(spec.folder, generated);
    note(
      `first: docker build -t ${name} -f ${own === undefined ? generated : `${context}/${own}`} ${context}, and push it`,
    );
    return { name, build: { context, dockerfile } };
  }

  /** Compose reads a container file relative to the context. */
  private place(folder: string, file: string): string {
    return slashes(relative(folder, join(this.out, file)));
  }

  private shown(folder: string): string {
    return slashes(relative(this.out, folder)) || '.';
  }

  private async ownContainerFile(folder: string): Promise<string | undefined> {
    for (const name of ['Dockerfile', 'Containerfile']) if (await exists(join(folder, name))) return name;
    return undefined;
  }

  private add(path: string, text: string): void {
    this.result.files.push({ path, text });
  }

  private note({ name }: ServiceSpec, text: string): void {
    this.result.notes.push({ service: name, text });
  }
}

const LACKS_SDK =
  'it imports micro-desktop/sdk, which its image will lack: name micro-desktop in a package.json of its folder';

/** On this machine the server gives services its own copy of the SDK; an image has what is installed in it. */
async function importsSdkItLacks({ folder, command }: ServiceSpec): Promise<boolean> {
  const start = command?.argv.find((word) => /\.[cm]?[jt]s$/.test(word));
  if (start === undefined) return false;
  const textOf = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  return (
    /['"]micro-desktop\/sdk['"]/.test(await textOf(start)) && !(await textOf('package.json')).includes('micro-desktop')
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const slashes = (path: string): string => path.split(sep).join('/');

/** In the older YAML that kubectl and compose read, where a bare `no` is a boolean. */
function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}
