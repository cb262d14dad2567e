import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { beforeEach, expect, it } from 'vitest';
import { LateRoutes, serviceOfPath } from '../../../electron/server/api/http/lateRoutes.ts';
import { RpcPaths } from '../../../electron/server/api/rpcPaths.ts';
import { Broker } from '../../../shared/contract/gen/broker_pb.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { Stream } from '../../../shared/contract/gen/events_pb.ts';

let read: string[];

beforeEach(() => {
  read = [];
});

/** A service that notes when its name is read. */
function service(typeName: string, ...methods: string[]): DescService {
  return {
    methods: methods.map((name) => ({ name })),
    get typeName() {
      read.push(typeName);
      return typeName;
    },
  } as unknown as DescService;
}

/** A router that notes what is put on it. */
function router(): { taken: string[]; router: ConnectRouter } {
  const taken: string[] = [];
  const noting: ConnectRouter = {
    handlers: [],
    service: (one) => {
      taken.push(one.typeName);
      return noting;
    },
    rpc: (method) => {
      taken.push(`${method.parent.typeName}/${method.name}`);
      return noting;
    },
  };
  return { taken, router: noting };
}

it('services that come after the one that is asked for are not read', () => {
  const routes = new LateRoutes();
  routes.router.service(service('a.A'), {}).service(service('b.B'), {}).service(service('c.C'), {});
  expect(read).toEqual([]);
  const { taken, router: target } = router();
  routes.take('b.B')?.(target);
  expect([taken, new Set(read)]).toEqual([['b.B'], new Set(['a.A', 'b.B'])]);
  expect(routes.take('b.B')).toBeUndefined();
  routes.take('a.A')?.(target);
  expect(taken).toEqual(['b.B', 'a.A']);
  expect(routes.take('d.D')).toBeUndefined();
});

it('single methods come with their service, or alone', () => {
  const routes = new LateRoutes();
  const publish = Stream.method.publish;
  routes.router
    .rpc(publish, () => ({}))
    .service(Broker, {})
    .rpc(Broker.method.publish, () => ({}));
  const { taken, router: target } = router();
  routes.take('broker.Broker')?.(target);
  routes.take('events.Stream')?.(target);
  expect(taken).toEqual(['broker.Broker', 'broker.Broker/Publish', 'events.Stream/Publish']);
});

it('a path is of the contract when its service has the method', () => {
  const paths = new RpcPaths([Desktop, Stream]);
  expect(paths.has('/events.Stream/Publish')).toBe(true);
  expect(paths.has('/desktop.Desktop/Watch')).toBe(true);
  for (const path of [
    '/desktop.Desktop/Nothing',
    '/desktop.Desktop/',
    '/desktop.Desktop',
    '/other.Other/Watch',
    '/',
    '',
  ]) {
    expect(paths.has(path), path).toBe(false);
  }
});

it('a path of a service of the user reads nothing of the contract', () => {
  const paths = new RpcPaths([service('a.A', 'Do')]);
  expect(paths.has('/orders/list')).toBe(false);
  expect(read).toEqual([]);
  expect(paths.has('/b.B/Do')).toBe(false);
  expect(paths.has('/a.A/Do')).toBe(true);
});

it.each([
  ['/store.Store/Read', 'store.Store'],
  ['/orders/read', undefined],
  ['/store.Store', undefined],
  ['store.Store/Read', undefined],
  ['*', undefined],
])('the service of the path %s is %s', (path, name) => {
  expect(serviceOfPath(path)).toBe(name);
});
