import { expect, it } from 'vitest';
import { isManaged, serviceCommands } from '../../../renderer/state/serviceCommands.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { makeService } from '../../helpers/renderer/services.ts';

const idsOf = (service: ReturnType<typeof makeService>): string[] => serviceCommands(service).map(({ id }) => id);

it('a service that was started outside is detached, never stopped or started', () => {
  const attached = makeService({ name: 'web', status: Status.RUNNING, attached: true });
  expect(isManaged(attached)).toBe(false);
  const ids = idsOf(attached);
  expect(ids).toContain('detach');
  expect(ids).toContain('log');
  for (const id of ['start', 'stop', 'restart', 'kill', 'scale', 'run-once', 'debug']) expect(ids).not.toContain(id);
});

it('a service that runs here is stopped, and there is nothing to detach', () => {
  const ids = idsOf(makeService({ name: 'web', status: Status.RUNNING }));
  expect(ids).toContain('stop');
  expect(ids).not.toContain('detach');
});
