import { afterEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { freePort } from '../../helpers/freePort.ts';
import { hasBuilders, ImageFixture } from '../../helpers/images/imageFixture.ts';
import { toolchains } from '../../helpers/images/baseImages.ts';
import { type LanguageProject, languageProjects } from '../../helpers/images/languageProjects.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Compilers on a loaded machine; the first test also makes the images that the others are built on, once per user. */
const BUILD_MS = 300_000;

const never = new AbortController().signal;
const canBeMade: Record<string, boolean> = { Node: true, Python: true, Go: toolchains.go, Java: toolchains.java };

describe.each(['podman', 'buildah'] as const)('an image of a generated container file, by %s', (builder) => {
  for (const [language, project] of Object.entries(languageProjects)) {
    it.skipIf(!hasBuilders || !canBeMade[language])(
      `${language}: it starts and answers on its port`,
      async () => {
        const fixture = await ImageFixture.make({ only: builder });
        await fixture.record('minikube');
        const name = await build(fixture, project);
        const port = await freePort();
        const variables = ['-e', `PORT=${port}`, '-e', 'MICRO_LISTEN=127.0.0.1'];
        await fixture.podman('run', '-d', '--network', 'host', ...variables, name);
        const answer = await waitFor('its answer', async () => (await fetch(`http://127.0.0.1:${port}/`)).text());
        expect(answer).toBe(language);
        // Handed over as what minikube takes, under its own name.
        expect(await fixture.recorded()).toEqual([expect.stringMatching(/^minikube image load \/.*\/image\.tar$/)]);
      },
      BUILD_MS,
    );
  }

  it.skipIf(!hasBuilders)(
    'an image whose files did not change keeps its name, and one that changed gets another',
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      await fixture.record('minikube');
      const { Python } = languageProjects;
      const first = await build(fixture, Python);
      expect(await build(fixture, Python)).toBe(first);
      expect(await build(fixture, { ...Python, files: { ...Python.files, 'more.txt': 'x' } })).not.toBe(first);
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'secrets and what Git ignores are not in it, but what the service starts is',
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      await fixture.record('minikube');
      const spec = await fixture.service(
        { run: 'python3 made/main.py', envFile: 'settings/prod.vars' },
        {
          'made/main.py': 'print(1)',
          '.gitignore': 'made/\n*.cache\n/local/\n',
          '.env': 'API_KEY=topsecret',
          'deep/.env.production': 'API_KEY=topsecret',
          'settings/prod.vars': 'API_KEY=topsecret',
          'deep/a.cache': 'x',
          'deep/kept.txt': 'x',
          'local/x': 'x',
        },
      );
      const name = await fixture.images().of(spec, never);
      const listed = await fixture.podman('run', '--rm', '--network', 'host', name, 'find', '/app', '-type', 'f');
      expect(listed.split('\n').sort()).toEqual(['/app/.gitignore', '/app/deep/kept.txt', '/app/made/main.py']);
      expect(await fixture.podman('history', '--no-trunc', name)).not.toContain('topsecret');
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    "the folder's .dockerignore decides, except about secrets that it does not name",
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      await fixture.record('minikube');
      const spec = await fixture.service(
        { run: 'python3 main.py' },
        {
          'main.py': 'print(1)',
          '.gitignore': 'wanted.txt\n',
          '.dockerignore': 'left-out\n!.env.example\n',
          'wanted.txt': 'x',
          'left-out/x': 'x',
          '.env': 'API_KEY=topsecret',
          '.env.example': 'API_KEY=',
        },
      );
      const name = await fixture.images().of(spec, never);
      const listed = await fixture.podman('run', '--rm', '--network', 'host', name, 'find', '/app', '-type', 'f');
      expect(listed).toContain('/app/wanted.txt');
      expect(listed).toContain('/app/.env.example');
      expect(listed).not.toContain('/app/left-out/x');
      expect(listed.split('\n')).not.toContain('/app/.env');
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'a step that fails is named, with the last words of the builder, and all of them are kept',
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      const spec = await fixture.service(
        { run: 'python3 main.py', build: 'sh -c "echo the parser met a wall >&2; exit 3"' },
        { 'main.py': '' },
      );
      const kept: string[] = [];
      const failed = fixture.images().of(spec, never, async (output) => void kept.push(output));
      await expect(failed).rejects.toMatchObject({
        code: 'image.failed',
        message: expect.stringMatching(
          /web with \w+ failed at step 5\/6 \(RUN .*\): .*the parser met a wall/s,
        ) as string,
      });
      expect(kept.join('')).toContain('STEP 1/6: FROM python:3.13-slim');
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'a base image that is not to be had is named',
    async () => {
      const fixture = await ImageFixture.make({ only: builder, bare: true });
      const spec = await fixture.service(
        { run: 'python3 main.py' },
        { 'main.py': '', Dockerfile: 'FROM 127.0.0.1:1/team/base:7\n' },
      );
      await expect(fixture.images().of(spec, never)).rejects.toMatchObject({
        code: 'image.no-base',
        message: expect.stringContaining('web: the image 127.0.0.1:1/team/base:7,') as string,
        next: expect.stringContaining('pull 127.0.0.1:1/team/base:7') as string,
        retryable: true,
      });
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'a build that is cancelled ends with everything that it started',
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      const spec = await fixture.service({ run: 'python3 main.py', build: 'sleep 98765' }, { 'main.py': '' });
      const controller = new AbortController();
      const building = fixture.images().of(spec, controller.signal);
      const settled = expect(building).rejects.toThrow('the user had enough');
      await waitFor('the step to run', () => sleepers(), BUILD_MS);
      controller.abort(new Error('the user had enough'));
      await settled;
      expect(await sleepers()).toBe('');
    },
    BUILD_MS,
  );
});

afterEach(() => expect(sleepers()).resolves.toBe(''));

async function build(fixture: ImageFixture, { run, build: command, files }: LanguageProject): Promise<string> {
  const spec = await fixture.service(
    { run, port: 'auto', ...(command === undefined ? {} : { build: command }) },
    files,
  );
  return fixture.images().of(spec, never);
}

/** Processes of the step that never ends. */
async function sleepers(): Promise<string> {
  const table = createProcessTable();
  const rows = await table.list();
  return rows
    .map(({ command }) => command)
    .filter((command) => /^sleep 98765/.test(command))
    .join('\n');
}
