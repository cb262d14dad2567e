import { expect, it } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { ProjectRecord } from '../../../electron/server/placement/entries.ts';
import { type PlacedScene, placedServices } from '../../../electron/server/placement/placedServices.ts';

const record: ProjectRecord = {
  upload: 'shop',
  archive: { sha256: 'a'.repeat(64), parts: 1, bytes: 1 },
  services: ['mail', 'orders', 'old'],
  wanted: ['mail', 'orders'],
};
const node = (id: string, server?: string) => ({
  id,
  address: '10.0.0.1',
  port: 80,
  metadata: server === undefined ? {} : { server },
});
const service = (name: string, ...nodes: ReturnType<typeof node>[]) => ({
  name,
  version: '1',
  metadata: {},
  endpoints: [],
  nodes,
});
const scene = (more: Partial<PlacedScene>): string[] =>
  placedServices({
    self: 'A',
    services: [],
    claims: new Map(),
    records: new Map([['shop', record]]),
    held: new Set(['shop']),
    isAway: false,
    nameOf: (id) => id.toLowerCase(),
    ...more,
  }).map(({ name, project, status, server, reason, instances }) =>
    [name, project, Status[status], server, instances.length || '', reason].filter((part) => part !== '').join(' '),
  );

it('what other servers run is one line for each of them, with the project that it belongs to', () => {
  const services = [
    service('orders', node('1', 'B'), node('2', 'B'), node('3', 'C'), node('4')),
    service('store', node('5')),
    service('alone', node('6', 'C')),
  ];
  expect(scene({ services, claims: new Map([['shop', { server: 'B', since: 0 }]]) })).toEqual([
    'alone RUNNING c 1',
    'mail shop PENDING b not ready there',
    'orders shop RUNNING b 2',
    'orders shop RUNNING c 1',
  ]);
});

it('what is wanted and has no server is said, and what this server has the claim to is its own to tell', () => {
  expect(scene({})).toEqual(['mail shop PENDING no server runs it yet', 'orders shop PENDING no server runs it yet']);
  expect(scene({ claims: new Map([['shop', { server: 'A', since: 0 }]]) })).toEqual([]);
});

it('what was ended here because the registry is away is listed with the reason, and what runs here is not listed twice', () => {
  const claims = new Map([['shop', { server: 'A', since: 0 }]]);
  expect(scene({ claims })).toEqual([]);
  expect(scene({ claims, isAway: true })).toEqual([]);
  const reason = 'stopped until the registry is back: who may run it is not known';
  expect(scene({ claims, isAway: true, held: new Set() })).toEqual([
    `mail shop PENDING ${reason}`,
    `orders shop PENDING ${reason}`,
  ]);
  expect(scene({ claims, held: new Set() })).toEqual([
    'mail shop PENDING no server runs it yet',
    'orders shop PENDING no server runs it yet',
  ]);
});
