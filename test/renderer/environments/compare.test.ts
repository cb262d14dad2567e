import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { EngineSchema } from '../../../shared/contract/gen/server_pb.ts';
import { type Service, ServerMemberSchema, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import { compareEngines, compareServices } from '../../../renderer/features/environments/compare.ts';
import { serversOf } from '../../../renderer/features/environments/serversOf.ts';

const service = (name: string, server: string, status = Status.RUNNING, copies = 1): Service =>
  create(ServiceSchema, {
    name,
    server,
    status,
    replicas: 1,
    version: '1.0',
    instances: status === Status.RUNNING ? Array.from({ length: copies }, (_, index) => ({ id: `${index}` })) : [],
  });

describe('two environments', () => {
  it('are compared by what they run in all, wherever it runs', () => {
    const left = [
      service('orders', 'a'),
      service('orders', 'b', Status.RUNNING, 2),
      service('mail', 'a', Status.STOPPED),
    ];
    const right = [service('orders', ''), service('mail', '', Status.STOPPED)];
    expect(compareServices(left, right)).toEqual([
      { name: 'mail', left: 'stopped · 0 of 1 · 1.0', right: 'stopped · 0 of 1 · 1.0', isSame: true },
      { name: 'orders', left: 'running · 3 of 3 · 1.0', right: 'running · 1 of 1 · 1.0', isSame: false },
    ]);
  });

  it('are compared by engine and version, never by address', () => {
    const engines = (engine: string, version: string, address: string) => [
      create(EngineSchema, { kind: 'store', engine, version, address }),
    ];
    const left = engines('postgres', '15.18', 'postgres://a');
    expect(compareEngines(left, engines('postgres', '15.18', 'postgres://b'))[0]?.isSame).toBe(true);
    expect(compareEngines(left, engines('file', '', ''))).toEqual([
      { name: 'store', left: 'postgres 15.18', right: 'file', isSame: false },
    ]);
  });
});

describe('the servers of an environment', () => {
  it('are shown with what each runs, and what has no server yet', () => {
    const servers = ['a', 'b'].map((name) => create(ServerMemberSchema, { id: name, name, self: name === 'a' }));
    const shown = serversOf({
      servers,
      services: [service('orders', 'a'), service('old', 'a', Status.STOPPED)],
      elsewhere: [service('mail', 'b', Status.PENDING), service('lost', '', Status.PENDING)],
    });
    expect(shown.servers.map(({ name, runs }) => [name, runs])).toEqual([
      ['a', ['orders']],
      ['b', ['mail (pending)']],
    ]);
    expect(shown.unplaced).toEqual(['lost']);
  });
});
