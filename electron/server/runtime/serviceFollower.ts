import { setMaxListeners } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ActionListener } from './runtime.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** Failed attempts after which an action says that its service did not come up, although the service goes on trying. */
const attemptsUntilFailed = 3;
/** Lines of log that go with a failure. */
const lastLineCount = 10;

/** How the follow-up of an action ends: true, it got there; false, it did not; undefined, that is open. */
export type Verdict = (unit: ServiceUnit, message: Service) => boolean | undefined;

/** Tells whoever asked for an action what happens to each service until it is where it was wanted, or failed. */
export class ServiceFollower {
  constructor(private readonly host: Pick<InstanceHost, 'logs'>) {}

  /** Tells each change of status or reason until the result is disposed of. */
  tell(unit: ServiceUnit, listener: ActionListener): () => void {
    const tell = teller(unit, listener);
    const subscription = unit.onDidChange(() => tell(unit.message()));
    return () => subscription.dispose();
  }

  /** Tells what happens to a service until `decide` knows whether it got where it was wanted, or the signal aborts. */
  follow(unit: ServiceUnit, listener: ActionListener, signal: AbortSignal, decide: Verdict = upVerdict): Promise<void> {
    // Each service of an action waits for the same signal; more than ten are no leak.
    setMaxListeners(0, signal);
    const tell = teller(unit, listener);
    return new Promise((resolve) => {
      const end = (): void => {
        subscription.dispose();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const check = (): void => {
        const message = unit.message();
        const verdict = decide(unit, message);
        if (verdict === undefined) {
          tell(message);
          return;
        }
        end();
        this.finish(unit, listener, { status: message.status, text: message.reason, ok: verdict });
      };
      const subscription = unit.onDidChange(check);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      else check();
    });
  }

  /** The last event of a service. `next`: what helps, where the service itself does not know it. */
  finish(
    unit: ServiceUnit,
    listener: ActionListener,
    { status, text, ok, next }: { status: Status; text: string; ok: boolean; next?: string },
  ): void {
    const { name } = unit.spec;
    const lastLines = ok ? [] : this.host.logs.lastLines(name, lastLineCount);
    listener(
      create(ActionEventSchema, {
        service: name,
        status,
        text,
        done: true,
        ok,
        lastLines,
        next: ok ? '' : (next ?? unit.message().next),
      }),
    );
  }
}

/** Tells a status with its reason when it is another one than the last. */
function teller(unit: ServiceUnit, listener: ActionListener): (message: Service) => void {
  let last = '';
  return ({ status, reason }) => {
    const key = `${status} ${reason}`;
    if (key === last) return;
    last = key;
    listener(create(ActionEventSchema, { service: unit.spec.name, status, text: reason }));
  };
}

/** Whether a started service got there; undefined while that is open. */
function upVerdict(unit: ServiceUnit, message: Service): boolean | undefined {
  switch (message.status) {
    case Status.RUNNING:
      return message.kind === Kind.TASK ? undefined : true;
    case Status.ERROR:
      return false;
    case Status.STOPPED:
      return message.kind === Kind.TASK && message.reason === 'completed';
    case Status.PENDING:
      if (message.next !== '') return false;
      return unit.attempts >= attemptsUntilFailed ? false : undefined;
    default:
      return undefined;
  }
}
