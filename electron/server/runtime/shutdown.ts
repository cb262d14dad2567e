import { create } from '@bufbuild/protobuf';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { Actions } from './actions.ts';
import { spanText } from './exitReason.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ActionListener } from './runtime.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** A shutdown that takes longer than this ends with SIGKILL, whatever grace times say: quitting must end. */
export const shutdownMaxMs = 25_000;
/** A shutdown that takes this long is asked about: then it is said who holds it up, and again as often. */
const holdUpMs = 2000;

/** Stops every service in order, says who holds it up, and ends within {@link shutdownMaxMs} and the time of a SIGKILL. */
export async function shutDown(
  host: Pick<InstanceHost, 'clock' | 'notify'>,
  units: ReadonlyMap<string, ServiceUnit>,
  actions: Actions,
  listener: ActionListener,
): Promise<void> {
  const began = host.clock.monotonic();
  const names = [...units.values()].filter((unit) => !unit.isResting || unit.wanted).map((unit) => unit.spec.name);
  const stopping = (): string[] => names.filter((name) => units.get(name)?.message().status === Status.STOPPING);
  let said = host.clock.setTimeout(sayWho, holdUpMs);
  function sayWho(): void {
    const left = Math.max(0, shutdownMaxMs - (host.clock.monotonic() - began));
    for (const service of stopping()) {
      const { status, reason } = (units.get(service) as ServiceUnit).message();
      const text = `holds the shutdown up${reason ? ` (${reason})` : ''}; SIGKILL after ${spanText(left)} at the latest`;
      listener(create(ActionEventSchema, { service, status, text }));
    }
    said = host.clock.setTimeout(sayWho, holdUpMs);
  }
  const limit = host.clock.setTimeout(() => {
    const holding = names.filter((name) => !units.get(name)?.isResting);
    const who = stopping();
    host.notify('warn', '', `${who.join(', ')} held the shutdown up and is ended with SIGKILL`, 'stop.survivors');
    void actions.stop(holding, { why: 'the server was stopped', force: true }, listener);
  }, shutdownMaxMs);
  try {
    await actions.stop(names, { why: 'the server was stopped' }, listener);
  } finally {
    limit.dispose();
    said.dispose();
  }
}
