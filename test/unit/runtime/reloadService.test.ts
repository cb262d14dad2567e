import { expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import { type ReloadedService, reloadService } from '../../../electron/server/runtime/reloadService.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';

/** A service of which nothing runs yet. */
function waitingService(waitForOthers: boolean): { service: ReloadedService; comeUp(): void } {
  const changes = new Emitter<void>();
  let status = Status.PENDING;
  const service = {
    host: { clock: systemClock },
    spec: { name: 'web', reload: 'restart', port: 'auto' },
    builds: { isDue: false },
    copies: { onlyWait: true, waitForOthers },
    onDidChange: changes.event,
    isWanted: () => true,
    isOvertaken: () => false,
    shown: () => ({ status, reason: '' }),
    changed: () => {},
  } as unknown as ReloadedService;
  const comeUp = (): void => {
    status = Status.RUNNING;
    changes.fire();
  };
  return { service, comeUp };
}

const request = { cause: 'a changed', onSwap: () => {}, signal: new AbortController().signal };

it('a reload that overtakes another one while the service is just being started ends when it runs', async () => {
  const { service, comeUp } = waitingService(false);
  const result = reloadService(service, request);
  comeUp();
  expect(await result).toEqual({ outcome: 'restarted' });
});

it('a service that waits for another one is not reloaded: it starts with what has changed', async () => {
  expect(await reloadService(waitingService(true).service, request)).toEqual({ outcome: 'dropped' });
});
