import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { selectServices } from '../../../electron/server/api/rpc/selectServices.ts';
import { ProjectSchema, ServiceSchema } from '../../../shared/contract/gen/state_pb.ts';

const runtime = {
  projects: () => [create(ProjectSchema, { name: 'shop' }), create(ProjectSchema, { name: 'lab' })],
  services: () => [
    create(ServiceSchema, { name: 'orders', project: 'shop' }),
    create(ServiceSchema, { name: 'cart', project: 'shop' }),
    create(ServiceSchema, { name: 'probe', project: 'lab' }),
  ],
};
const nothing = { services: [], project: '', all: false };

describe('which services an action means', () => {
  it('the named ones, each once', () => {
    expect(selectServices(runtime, { ...nothing, services: ['cart', 'cart', 'probe'] })).toEqual(['cart', 'probe']);
  });

  it('those of a project, or all', () => {
    expect(selectServices(runtime, { ...nothing, project: 'shop' })).toEqual(['orders', 'cart']);
    expect(selectServices(runtime, { ...nothing, all: true })).toEqual(['orders', 'cart', 'probe']);
  });

  it('leaves out what is not started along with a project', () => {
    const everyOf = (project: string | undefined): string[] => (project === 'shop' ? ['orders'] : ['orders', 'probe']);
    expect(selectServices(runtime, { ...nothing, project: 'shop' }, everyOf)).toEqual(['orders']);
    expect(selectServices(runtime, { ...nothing, all: true }, everyOf)).toEqual(['orders', 'probe']);
  });

  it('an unknown name, an unknown project and no choice at all are errors', () => {
    expect(() => selectServices(runtime, { ...nothing, services: ['cart', 'nobody'] })).toThrow(/nobody/);
    expect(() => selectServices(runtime, { ...nothing, project: 'nobody' })).toThrow(/nobody/);
    expect(() => selectServices(runtime, nothing)).toThrow(/nothing was chosen/);
  });
});
