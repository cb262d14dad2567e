import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { matchesFilter, sortServices } from '../../../renderer/features/services/serviceRows.ts';
import { InstanceSchema, Kind, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';

const service = (init: MessageInitShape<typeof ServiceSchema>) => create(ServiceSchema, init);
const orders = service({
  name: 'orders',
  project: 'shop',
  status: Status.ERROR,
  reason: 'exit 2',
  language: 'js',
  instances: [create(InstanceSchema, { address: '127.0.0.1:4103', pid: 812, startedAt: 1_000 })],
});
const seed = service({ name: 'seed', project: 'shop', kind: Kind.TASK, status: Status.STOPPED, reason: 'completed' });
const catalog = service({ name: 'catalog', project: 'stock', status: Status.RUNNING });
const all = [orders, seed, catalog];

describe('the filter of the table', () => {
  const found = (filter: string) => all.filter((each) => matchesFilter(each, filter)).map((each) => each.name);

  it('finds every word anywhere in the row', () => {
    expect(found('shop exit')).toEqual(['orders']);
    expect(found('4103')).toEqual(['orders']);
    expect(found('TASK')).toEqual(['seed']);
    expect(found('')).toEqual(['orders', 'seed', 'catalog']);
  });

  it('looks into one column when it is named', () => {
    expect(found('status:error')).toEqual(['orders']);
    expect(found('status:completed')).toEqual(['seed']);
    expect(found('project:sto')).toEqual(['catalog']);
  });

  it('finds services by how they come to run', () => {
    const tool = service({ name: 'tool', status: Status.STOPPED, onDemand: true });
    const off = service({ name: 'off', status: Status.STOPPED, disabled: true });
    const nightly = service({ name: 'nightly', kind: Kind.TASK, status: Status.STOPPED, nextRunAt: 1 });
    const found = (filter: string) => [tool, off, nightly].filter((each) => matchesFilter(each, filter));
    expect(found('start:demand')).toEqual([tool]);
    expect(found('start:disabled')).toEqual([off]);
    expect(found('scheduled')).toEqual([nightly]);
  });

  it('takes a colon that names no column as text', () => {
    expect(found('127.0.0.1:4103')).toEqual(['orders']);
  });
});

describe('the order of the table', () => {
  const order = (column: Parameters<typeof sortServices>[1], descending = false, usage = new Map()) =>
    sortServices(all, column, descending, usage).map((each) => each.name);

  it('puts what needs a look first when sorted by status', () => {
    expect(order('status')).toEqual(['orders', 'catalog', 'seed']);
  });

  it('never depends on chance: equal ones stand by name', () => {
    expect(order('restarts')).toEqual(['catalog', 'orders', 'seed']);
    expect(order('restarts', true)).toEqual(['catalog', 'orders', 'seed']);
  });

  it('puts what is not measured last when the largest is wanted', () => {
    const usage = new Map([
      [
        'seed',
        { cpuPercent: 3, memoryBytes: 5, processes: 1, threads: 1, ports: [], history: { cpu: [], memory: [] } },
      ],
    ]);
    expect(order('cpu', true, usage)).toEqual(['seed', 'catalog', 'orders']);
  });
});
