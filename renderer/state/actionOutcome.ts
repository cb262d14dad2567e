import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';

/** What can be done to the running of services. */
export type ActionKind = 'start' | 'stop' | 'restart' | 'kill' | 'scale' | 'debug';

/** How an action ended for each service, as the server told it. */
export interface ActionOutcome {
  succeeded: readonly string[];
  failed: readonly { service: string; text: string; lastLines: readonly string[] }[];
}

/** Collects the last event of each service; a service without one has not been told about and counts as neither. */
export function outcomeOf(events: Iterable<ActionEvent>): ActionOutcome {
  const last = new Map<string, ActionEvent>();
  for (const event of events) if (event.done) last.set(event.service, event);
  const succeeded: string[] = [];
  const failed: { service: string; text: string; lastLines: readonly string[] }[] = [];
  for (const event of last.values()) {
    if (event.ok) succeeded.push(event.service);
    else failed.push({ service: event.service, text: event.text, lastLines: event.lastLines });
  }
  return { succeeded, failed };
}

const doing: Record<ActionKind, string> = {
  start: 'Starting',
  stop: 'Stopping',
  restart: 'Restarting',
  kill: 'Killing',
  scale: 'Scaling',
  debug: 'Opening the debugger of',
};
const done: Record<ActionKind, string> = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  kill: 'killed',
  scale: 'scaled',
  debug: 'runs with its debugger open',
};

/** Where "did not <kind>" is no good sentence. */
const failedVerbs: Partial<Record<ActionKind, string>> = {
  kill: 'could not be killed',
  debug: 'did not start with its debugger',
};

/** What is going on, e.g. `Starting orders` or `Stopping 8 services`. */
export function describeDoing(kind: ActionKind, names: readonly string[]): string {
  return `${doing[kind]} ${describeNames(names)}`;
}

/** What happened, e.g. `orders started`, `2 of 8 services did not start`. */
export function describeOutcome(kind: ActionKind, outcome: ActionOutcome): string {
  const { succeeded, failed } = outcome;
  if (failed.length === 0) {
    return succeeded.length === 0 ? 'Nothing to do' : `${describeNames(succeeded)} ${done[kind]}`;
  }
  const verb = failedVerbs[kind] ?? `did not ${kind}`;
  if (failed.length === 1 && succeeded.length === 0) return `${failed[0]?.service} ${verb}`;
  return `${failed.length} of ${failed.length + succeeded.length} services ${verb}`;
}

function describeNames(names: readonly string[]): string {
  if (names.length === 1) return names[0] ?? '';
  return `${names.length} services`;
}
