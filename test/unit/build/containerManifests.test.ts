import { readdir, readFile } from 'node:fs/promises';
import type { V1Role, V1RoleBinding, V1Service, V1ServiceAccount, V1StatefulSet } from '@kubernetes/client-node';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { serverVerb } from '../../../electron/cli/verbs/server.ts';
import { isHealthCheck } from '../../../electron/server/api/http/health.ts';
import { MANAGED_LABEL, SERVICE_LABEL } from '../../../electron/server/deploy/names.ts';

const folder = new URL('../../../build/container/', import.meta.url);

async function manifest<T>(name: string): Promise<T> {
  return parse(await readFile(new URL(`kubernetes/${name}.yaml`, folder), 'utf8')) as T;
}

const container = async () => (await manifest<V1StatefulSet>('statefulSet')).spec?.template.spec?.containers[0];

test('kustomize takes every manifest of the folder', async () => {
  const { resources } = await manifest<{ resources: string[] }>('kustomization');
  const files = (await readdir(new URL('kubernetes/', folder))).filter((name) => name !== 'kustomization.yaml');
  expect([...resources].sort()).toEqual(files.sort());
});

test('the pod of the server has the account that the Role is bound to', async () => {
  const account = await manifest<V1ServiceAccount>('serviceAccount');
  const role = await manifest<V1Role>('role');
  const { roleRef, subjects } = await manifest<V1RoleBinding>('roleBinding');
  const server = await manifest<V1StatefulSet>('statefulSet');
  expect(roleRef).toMatchObject({ kind: 'Role', name: role.metadata?.name });
  expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account.metadata?.name }]);
  expect(server.spec?.template.spec?.serviceAccountName).toBe(account.metadata?.name);
  expect(role.rules?.flatMap(({ verbs, resources }) => [...verbs, ...(resources ?? [])])).not.toContain('*');
});

test('the server takes itself for no service of its own', async () => {
  const server = await manifest<V1StatefulSet>('statefulSet');
  const service = await manifest<V1Service>('service');
  for (const labels of [server.metadata?.labels, server.spec?.template.metadata?.labels, service.metadata?.labels]) {
    expect(labels).not.toHaveProperty([MANAGED_LABEL]);
    expect(labels?.[SERVICE_LABEL]).toBe('micro-server');
  }
  expect(service.spec?.selector).toEqual(server.spec?.selector.matchLabels);
  expect(server.spec?.template.metadata?.labels).toMatchObject(server.spec?.selector.matchLabels ?? {});
  expect(server.spec?.serviceName).toBe(service.metadata?.name);
});

test('its words are options of micro server, and its ports those that it listens on', async () => {
  const found = await container();
  const command = new Command();
  serverVerb.configure?.(command);
  const known = command.options.map(({ long }) => long);
  const [verb, ...options] = found?.args ?? [];
  expect(verb).toBe('server');
  expect(known).toEqual(expect.arrayContaining(options.map((option) => option.split('=')[0])));
  const listens = options.flatMap((option) => /^--listen.*:(\d+)$/.exec(option)?.[1] ?? []).map(Number);
  expect(found?.ports?.map(({ containerPort }) => containerPort)).toEqual(listens);
  const { spec } = await manifest<V1Service>('service');
  expect(spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(found?.ports?.map(({ name }) => name));
});

test('its health is asked for where the server answers', async () => {
  const found = await container();
  const probes = { '/readyz': found?.readinessProbe, '/healthz': found?.livenessProbe };
  for (const [path, probe] of Object.entries(probes)) {
    expect(probe?.httpGet).toEqual({ path, port: 'api', scheme: 'HTTPS' });
    expect(isHealthCheck('GET', path)).toBe(true);
  }
});

test('every file that it is given is on a volume, and its home is one that stays', async () => {
  const { spec } = await manifest<V1StatefulSet>('statefulSet');
  const found = await container();
  const volumes = [...(spec?.template.spec?.volumes ?? []), ...(spec?.volumeClaimTemplates ?? [])];
  const names = volumes.map((volume) =>
    'metadata' in volume ? volume.metadata?.name : (volume as { name: string }).name,
  );
  expect(found?.volumeMounts?.map(({ name }) => name).sort()).toEqual([...names].sort());
  const mounted = found?.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
  const files = (found?.args ?? []).flatMap((option) => /=(\/.+)$/.exec(option)?.[1] ?? []);
  for (const file of files)
    expect(
      mounted.some((path) => file.startsWith(`${path}/`)),
      file,
    ).toBe(true);
  const home = found?.env?.find(({ name }) => name === 'MICRO_HOME')?.value;
  expect(found?.volumeMounts?.find(({ mountPath }) => mountPath === home)?.name).toBe('home');
});

test('the image is as the manifests take it', async () => {
  const lines = (await readFile(new URL('Containerfile', folder), 'utf8')).split('\n');
  const { spec } = await manifest<V1StatefulSet>('statefulSet');
  const found = await container();
  const { images } = await manifest<{ images: { name: string }[] }>('kustomization');
  expect(images.map(({ name }) => name)).toEqual([found?.image]);
  const { runAsUser, runAsGroup } = spec?.template.spec?.securityContext ?? {};
  expect(lines).toContain(`USER ${runAsUser}:${runAsGroup}`);
  expect(lines).toContain(`EXPOSE ${found?.ports?.map(({ containerPort }) => containerPort).join(' ')}`);
  expect(lines.find((line) => line.startsWith('ENTRYPOINT'))).toContain('/app/dist/node/cli.mjs');
});
