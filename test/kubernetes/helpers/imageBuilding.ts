import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { freePort } from '../../helpers/freePort.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import { wayIn } from './cluster.ts';

const run = promisify(execFile);

/** What images of services stand on, as generated container files name it; here it is made of this machine's programs. */
const BASES = ['node:22-slim', 'python:3.13-slim'];

/** Builders with a storage of their own, and a registry that they push to and the cluster pulls from. */
export interface ImageBuilding {
  /** Registry and path for `--image-prefix`. */
  prefix: string;
  /** Variables for whoever builds. */
  env: Record<string, string>;
  dispose(): Promise<void>;
}

/** Starts a registry that machine and cluster both know as 127.0.0.1, and puts the bases into the builders' storage. */
export async function imageBuilding(): Promise<ImageBuilding> {
  const folder = await mkdtemp(join(tmpdir(), 'micro-building-'));
  const at = (name: string): string => join(folder, name);
  const port = await freePort();
  const registry = `127.0.0.1:${port}`;
  await mkdir(at('registry'));
  await writeFile(
    at('registry.yml'),
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${at('registry')} } }\nhttp: { addr: "${registry}" }\n`,
  );
  await writeFile(
    at('registries.conf'),
    `unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`,
  );
  await writeFile(
    at('storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${at('storage')}"\nrunroot = "${at('storage-run')}"\n`,
  );
  // Containers of a test machine often may not raise limits, and have no service manager.
  await writeFile(
    at('containers.conf'),
    '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
  );
  await writeFile(at('policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const env = {
    CONTAINERS_REGISTRIES_CONF: at('registries.conf'),
    CONTAINERS_STORAGE_CONF: at('storage.conf'),
    CONTAINERS_CONF: at('containers.conf'),
    BUILDAH_ISOLATION: 'chroot',
  };
  const child = spawn('docker-registry', ['serve', at('registry.yml')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const way = await wayIn(port, folder, '127.0.0.1');
  const podman = (...words: string[]) => run('podman', words, { env: { ...process.env, ...env } });
  const archive = join(process.env.MICRO_TEST_IMAGES ?? '', 'micro.test-platform-1.oci.tar');
  await podman('load', '-q', '-i', archive);
  for (const base of BASES) await podman('tag', 'micro.test/platform:1', `docker.io/library/${base}`);
  await waitFor('the registry', async () => (await fetch(`http://${registry}/v2/`)).ok);
  return {
    prefix: `${registry}/team`,
    env,
    async dispose() {
      await way.dispose();
      child.kill();
      await ended;
      // What was mounted for the builds is in the way of the deletion.
      await podman('system', 'reset', '--force').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
