import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRegistry } from '../../helpers/images/registry.ts';
import { hasBuilders, ImageFixture } from '../../helpers/images/imageFixture.ts';

/** Builders on a loaded machine; the first test may also make the images that others are built on. */
const BUILD_MS = 300_000;
const never = new AbortController().signal;
const files = { 'main.py': 'print(1)' };

describe.each(['podman', 'buildah'] as const)('an image that %s built', (builder) => {
  it.skipIf(!hasBuilders)(
    'is pushed with the log-in of the auth file, which no command line shows, and can be pulled by its digest',
    async () => {
      const registry = await startRegistry();
      const fixture = await ImageFixture.make({ only: builder, insecure: registry.address });
      const auth = join(fixture.env.HOME as string, 'auth.json');
      const { user, password } = registry;
      const login = Buffer.from(`${user}:${password}`).toString('base64');
      await writeFile(auth, JSON.stringify({ auths: { [registry.address]: { auth: login } } }));
      fixture.env.REGISTRY_AUTH_FILE = auth;
      const spec = await fixture.service({ run: 'python3 main.py' }, files);
      const name = await fixture.images({ imagePrefix: `${registry.address}/team` }).of(spec, never);
      expect(name).toMatch(new RegExp(`^${registry.address}/team/shop-web:[0-9a-f]{12}$`));
      const digest = await registry.digestOf(name);
      await fixture.podman('rmi', '--all', '--force');
      const byDigest = `${name.slice(0, name.lastIndexOf(':'))}@${digest}`;
      await fixture.podman('pull', '-q', byDigest);
      expect(await fixture.podman('run', '--rm', '--network', 'host', byDigest)).toBe('1');
      expect(fixture.launched.join('\n')).not.toMatch(new RegExp(`${password}|${login}|--creds|--authfile`));
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'that the registry does not take without a log-in is said with what to do',
    async () => {
      const registry = await startRegistry();
      const fixture = await ImageFixture.make({ only: builder, insecure: registry.address });
      const spec = await fixture.service({ run: 'python3 main.py' }, files);
      await expect(fixture.images({ imagePrefix: `${registry.address}/team` }).of(spec, never)).rejects.toMatchObject({
        code: 'image.denied',
        next: `Log in as somebody who may write there: ${builder} login ${registry.address}.`,
      });
    },
    BUILD_MS,
  );

  it.skipIf(!hasBuilders)(
    'for a registry that is not there, or that speaks no TLS: each is said',
    async () => {
      const fixture = await ImageFixture.make({ only: builder });
      const spec = await fixture.service({ run: 'python3 main.py' }, files);
      await expect(fixture.images({ imagePrefix: '127.0.0.1:1/team' }).of(spec, never)).rejects.toMatchObject({
        code: 'image.unreachable',
        message: expect.stringContaining('the registry 127.0.0.1:1 cannot be reached') as string,
      });
      const registry = await startRegistry();
      await expect(fixture.images({ imagePrefix: `${registry.address}/team` }).of(spec, never)).rejects.toMatchObject({
        code: 'image.unreachable',
        message: expect.stringContaining(`the registry ${registry.address} speaks no TLS`) as string,
      });
    },
    BUILD_MS,
  );
});

describe('an image for a cluster of this machine', () => {
  // The tools themselves are not to be had on every machine; what they are told is what counts here.
  it.skipIf(process.platform === 'win32').each([
    ['kind-lab', 'kind', /^kind load image-archive (\S+) --name lab$/],
    ['minikube', 'minikube', /^minikube image load (\S+)$/],
    ['k3d-lab', 'k3d', /^k3d image import (\S+) --cluster lab$/],
  ])('is handed to the one of context %s as an archive', async (context, program, call) => {
    const fixture = await ImageFixture.make({ bare: true, only: 'none' });
    await recordBuilder(fixture);
    await fixture.record(program);
    const spec = await fixture.service({ run: 'python3 main.py' }, files);
    const name = await fixture.images({ context }).of(spec, never);
    expect(name).toMatch(/^micro\.local\/shop-web:[0-9a-f]{12}$/);
    const calls = await fixture.recorded();
    const archive = call.exec(calls.at(-1) as string)?.[1];
    expect(calls.at(-2)).toBe(`podman push ${name} docker-archive:${archive}:${name}`);
  });

  it.skipIf(process.platform === 'win32')('that its tool does not take is said in the words of the tool', async () => {
    const fixture = await ImageFixture.make({ bare: true, only: 'none' });
    await recordBuilder(fixture);
    await fixture.record('kind', { says: 'ERROR: no nodes found for cluster "lab"\\n', code: 1 });
    const spec = await fixture.service({ run: 'python3 main.py' }, files);
    await expect(fixture.images({ context: 'kind-lab' }).of(spec, never)).rejects.toMatchObject({
      code: 'image.failed',
      message: 'loading the image of web with kind failed: ERROR: no nodes found for cluster "lab"',
    });
  });

  it.skipIf(process.platform === 'win32')('whose tool is not there says how to get it', async () => {
    const fixture = await ImageFixture.make({ bare: true, only: 'none' });
    await recordBuilder(fixture);
    const spec = await fixture.service({ run: 'python3 main.py' }, files);
    await expect(fixture.images({ context: 'kind-lab' }).of(spec, never)).rejects.toMatchObject({
      code: 'launch.command-not-found',
      next: expect.stringContaining('kind.sigs.k8s.io') as string,
    });
  });

  it.skipIf(process.platform === 'win32')('that takes none without a registry says so', async () => {
    const fixture = await ImageFixture.make({ bare: true, only: 'none' });
    await recordBuilder(fixture);
    const spec = await fixture.service({ run: 'python3 main.py' }, files);
    await expect(fixture.images({ context: 'prod' }).of(spec, never)).rejects.toMatchObject({
      code: 'image.no-registry',
    });
  });
});

/** A builder that writes the identity of an image, as real ones do, and nothing else. */
async function recordBuilder(fixture: ImageFixture): Promise<void> {
  await fixture.record('podman', {
    then: 'for word; do if [ "$last" = --iidfile ]; then echo sha256:abc > "$word"; fi; last=$word; done',
  });
}
