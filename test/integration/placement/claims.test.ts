import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { EtcdLink } from '../../../electron/server/host/etcdLink.ts';
import { etcdSettings } from '../../../electron/server/host/etcdSettings.ts';
import { Claims, PROJECTS } from '../../../electron/server/placement/claims.ts';
import { decode, type ProjectRecord } from '../../../electron/server/placement/entries.ts';
import { EntryFolder } from '../../../electron/server/placement/entryFolder.ts';
import { startCutProxy } from '../../helpers/cutProxy.ts';
import { type Etcd, startEtcd } from '../../helpers/engines/etcd.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let etcd: Etcd;
let environments = 0;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.dispose());

/** Servers of one environment, by name. */
function environment() {
  const prefix = `claims${++environments}`;
  return async (self: string, port = etcd.port) => {
    const link = new EtcdLink({ settings: etcdSettings(`etcd://127.0.0.1:${port}/${prefix}`, {}), clock: systemClock });
    const records = new EntryFolder<ProjectRecord>(PROJECTS, decode.project);
    link.add(records);
    const claims = new Claims(link, self);
    await link.start();
    onTestFinished(() => link.stop());
    return { link, claims, records };
  };
}

const record: ProjectRecord = {
  upload: 'shop',
  archive: { sha256: 'a'.repeat(64), parts: 1, bytes: 3 },
  services: ['orders'],
  wanted: ['orders'],
};

it('one of many that ask at once has the claim, and all see whose it is', async () => {
  const join = environment();
  const servers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => join(name)));
  for (let round = 0; round < 10; round++) {
    const project = `shop${round}`;
    const had = await Promise.all(servers.map(({ claims }) => claims.claim(project, round)));
    expect(had.filter(Boolean)).toHaveLength(1);
    const owner = ['a', 'b', 'c', 'd', 'e'][had.indexOf(true)];
    await waitFor('all see it', () => servers.every(({ claims }) => claims.all.get(project)?.server === owner));
  }
});

it('only who has the claim writes what others need, and whoever gives it up takes that out if nobody is to run it', async () => {
  const join = environment();
  const [a, b] = [await join('a'), await join('b')];
  expect(await b.claims.record('shop', record)).toBe(false);
  expect(await a.claims.claim('shop', 1)).toBe(true);
  expect(await a.claims.record('shop', record)).toBe(true);
  await waitFor('it is seen', () => b.records.all.get('shop')?.wanted[0] === 'orders');
  await b.claims.release('shop', true);
  expect(a.claims.has('shop')).toBe(true);
  await a.claims.release('shop', false);
  await waitFor('it is free', () => !b.claims.all.has('shop'));
  expect(b.records.all.has('shop')).toBe(true);
  expect(await b.claims.claim('shop', 2)).toBe(true);
  expect(await a.claims.record('shop', { ...record, wanted: [] })).toBe(false);
  await b.claims.release('shop', true);
  await waitFor('nothing is left', () => !a.claims.all.has('shop') && !a.records.all.has('shop'));
});

it('goes over to the next session when etcd was away for a moment', async () => {
  const join = environment();
  const [a, b] = [await join('a'), await join('b')];
  expect(await a.claims.claim('shop', 1)).toBe(true);
  const before = a.claims.certainUntil;
  await etcd.stop('SIGKILL');
  await waitFor('it is seen to be away', () => a.link.session === undefined && b.link.session === undefined);
  await etcd.start();
  await waitFor('both are back', () => a.link.session !== undefined && b.link.session !== undefined);
  expect(a.claims.has('shop')).toBe(true);
  expect(b.claims.all.get('shop')?.server).toBe('a');
  expect(a.claims.certainUntil).toBeGreaterThan(before);
  expect(await b.claims.claim('shop', 2)).toBe(false);
});

it('is free only after the one that is cut off could not be sure of it any more', async () => {
  const join = environment();
  const way = await startCutProxy(etcd.port);
  const [a, b] = [await join('a', way.port), await join('b')];
  expect(await a.claims.claim('shop', 1)).toBe(true);
  await waitFor('it is seen', () => b.claims.all.get('shop')?.server === 'a');
  way.cut();
  await waitFor('it is free', () => !b.claims.all.has('shop'), 60_000);
  expect(performance.now()).toBeGreaterThan(a.claims.certainUntil);
  expect(await b.claims.claim('shop', 2)).toBe(true);
  way.mend();
  await waitFor('it sees whose it is now', () => a.claims.all.get('shop')?.server === 'b', 60_000);
  expect(a.claims.has('shop')).toBe(false);
  expect(await a.claims.record('shop', record)).toBe(false);
});
