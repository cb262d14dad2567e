import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './freePort.ts';
import { tempFolder } from './tempFolder.ts';

/** A kubeconfig with the context `nowhere`, its current one: a cluster that is away, for nobody listens there. */
export async function kubeconfigOfNowhere(): Promise<string> {
  const file = join(await tempFolder('kubeconfig'), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${await freePort()}` } }],
    contexts: [{ name: 'nowhere', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    users: [{ name: 'u', user: { token: 'x' } }],
    'current-context': 'nowhere',
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
