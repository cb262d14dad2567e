import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { freePort } from '../freePort.ts';
import { tempFolder } from '../tempFolder.ts';
import { waitFor } from '../waitFor.ts';

/** A registry of images of this test alone, on loopback and without TLS. */
export interface RegistryFixture {
  /** host:port. */
  address: string;
  user: string;
  password: string;
  /** What it knows an image by. */
  digestOf(image: string): Promise<string>;
}

const user = 'micro';
const password = 'registry-secret';
/** The password, in the one form that the registry takes. */
const ACCOUNTS = `${user}:$2b$04$j0Fqwau8VP97syVbni1/c.2EfNjTZ4HxO33nwFGsKhfM54zn/YOOi\n`;
const stops: (() => Promise<unknown>)[] = [];

/** Starts one that asks for a log-in. It ends with the test. */
export async function startRegistry(): Promise<RegistryFixture> {
  const folder = await tempFolder('registry');
  const address = `127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'accounts'), ACCOUNTS);
  await writeFile(
    join(folder, 'registry.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: address },
      auth: { htpasswd: { realm: 'test', path: join(folder, 'accounts') } },
    }),
  );
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  stops.push(() => {
    child.kill();
    return ended;
  });
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  await waitFor('the registry', async () => (await fetch(`http://${address}/v2/`, { headers: { authorization } })).ok);
  return {
    address,
    user,
    password,
    async digestOf(image) {
      const [, path, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(image) as unknown as [string, string, string];
      const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
      const answer = await fetch(`http://${address}/v2/${path}/manifests/${tag}`, {
        headers: { authorization, accept },
      });
      return answer.headers.get('docker-content-digest') ?? '';
    },
  };
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
