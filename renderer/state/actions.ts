import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { isCancelled } from '../../shared/client/clientError.ts';
import { toMicroError } from '../../shared/contract/errors.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { api } from '../client/api.ts';
import { type ActionKind, describeDoing, describeOutcome, outcomeOf } from './actionOutcome.ts';
import { selectService } from './navigation.ts';
import { openLog } from './panels.ts';
import { serverStore } from './serverState.ts';
import { showToast, type ToastAction } from './toasts.ts';

/** ms an action may take before the window says that it is under way; quick ones show their outcome only. */
const SLOW_MS = 600;

/** Reasons that one message tells; the rest is counted. */
const MAX_REASONS = 3;

/** Lines of output under a failure: what fits into a message without hiding the page. */
const MAX_LINES = 6;

/** Which services an action is for. */
export interface ActionTarget {
  services?: readonly string[];
  project?: string;
  all?: boolean;
}

const pendingStore = createStore<{ pending: ReadonlyMap<string, ActionKind>; all: ActionKind | undefined }>(() => ({
  pending: new Map(),
  all: undefined,
}));

/** What was asked for a service in this window and is not done yet. */
export function usePendingAction(name: string): ActionKind | undefined {
  return useStore(pendingStore, (state) => state.pending.get(name));
}

/** What was asked for a whole project, or for everything, and is not done yet. */
export function usePendingOfAll(): ActionKind | undefined {
  return useStore(pendingStore, (state) => state.all);
}

/** ms after an action in which a change of status still counts as its doing: the two travel in different streams. */
const AFTERMATH_MS = 1_500;

const endedAt = new Map<string, number>();

/** Whether what happens to a service was just asked for in this window, which has its own message about it. */
export function wasAskedFor(name: string): boolean {
  return pendingStore.getState().pending.has(name) || Date.now() - (endedAt.get(name) ?? 0) < AFTERMATH_MS;
}

function setPending(names: readonly string[], whole: boolean, kind: ActionKind | undefined): void {
  pendingStore.setState(({ pending, all }) => {
    const next = new Map(pending);
    for (const name of names) {
      if (kind) next.set(name, kind);
      else if (next.delete(name)) endedAt.set(name, Date.now());
    }
    return { pending: next, all: whole ? kind : all };
  });
}

/** Further wishes about an action. */
export interface ActionWishes {
  /** With a start: what the services need is started too. */
  withDependencies?: boolean;
  /** With a stop: what needs the services is stopped too. */
  withDependents?: boolean;
  /** With a start, for this run only. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** With a start, for this run only: a number or `auto` instead of the declared port. */
  port?: string;
  /** With a start: what holds the ports of the services is ended first. */
  freePorts?: boolean;
  /** With a change of scale: how many copies run from now on. */
  replicas?: number;
}

function callOf(kind: ActionKind, target: ActionTarget, wishes: ActionWishes): AsyncIterable<ActionEvent> {
  const request = {
    services: [...(target.services ?? [])],
    project: target.project ?? '',
    all: target.all ?? false,
  };
  const { desktop } = api();
  switch (kind) {
    case 'start':
      return desktop.start({
        ...request,
        withDependencies: wishes.withDependencies ?? false,
        args: [...(wishes.args ?? [])],
        env: { ...wishes.env },
        port: wishes.port ?? '',
        freePorts: wishes.freePorts ?? false,
      });
    case 'stop':
      return desktop.stop({ ...request, withDependents: wishes.withDependents ?? false });
    case 'kill':
      return desktop.stop({ ...request, force: true });
    case 'restart':
      return desktop.restart(request);
    case 'debug':
      return desktop.debug({ service: request.services[0] ?? '' });
    case 'scale':
      return desktop.scale({ service: request.services[0] ?? '', replicas: wishes.replicas ?? 1 });
  }
}

function namesOf(target: ActionTarget): string[] {
  if (target.services?.length) return [...target.services];
  return [...serverStore.getState().services.values()]
    .filter((service) => target.all || service.project === target.project)
    .map((service) => service.name);
}

/**
 * Does something to services and says what became of it: a message with the true outcome, which on failure has the
 * reason, the last lines, a retry and the log. Never rejects.
 */
export async function runAction(kind: ActionKind, target: ActionTarget, options: ActionWishes = {}): Promise<void> {
  const names = namesOf(target);
  const whole = !target.services?.length;
  const retry: ToastAction = { label: 'Try again', run: () => void runAction(kind, target, options) };
  setPending(names, whole, kind);
  let toastId: number | undefined;
  const slow = setTimeout(() => {
    toastId = showToast({ tone: 'busy', title: `${describeDoing(kind, names)}…` });
  }, SLOW_MS);
  const events: ActionEvent[] = [];
  try {
    for await (const event of callOf(kind, target, options)) {
      if (event.done) {
        events.push(event);
        setPending([event.service], false, undefined);
      } else if (toastId !== undefined && event.text) {
        showToast(
          { tone: 'busy', title: `${describeDoing(kind, names)}…`, text: `${event.service}: ${event.text}` },
          toastId,
        );
      }
    }
    clearTimeout(slow);
    const outcome = outcomeOf(events);
    const [first] = outcome.failed;
    if (!first) {
      showToast({ tone: 'ok', title: describeOutcome(kind, outcome) }, toastId);
      return;
    }
    const failedNames = outcome.failed.map((failure) => failure.service);
    const reasons = outcome.failed
      .slice(0, MAX_REASONS)
      .map((failure) => (outcome.failed.length === 1 ? failure.text : `${failure.service}: ${failure.text}`));
    if (outcome.failed.length > MAX_REASONS) reasons.push(`and ${outcome.failed.length - MAX_REASONS} more`);
    showToast(
      {
        tone: 'bad',
        title: describeOutcome(kind, outcome),
        text: reasons.join('\n'),
        lines: outcome.failed.length === 1 ? first.lastLines.slice(-MAX_LINES) : [],
        actions: [
          { label: 'Try again', run: () => void runAction(kind, { services: failedNames }, options) },
          {
            label: 'Show log',
            run: () => {
              selectService(first.service);
              openLog(failedNames);
            },
          },
        ],
      },
      toastId,
    );
  } catch (error) {
    clearTimeout(slow);
    if (isCancelled(error)) return;
    const { message, next } = toMicroError(error);
    showToast(
      {
        tone: 'bad',
        title: `${describeDoing(kind, names)} did not work`,
        text: next ? `${message}\n${next}` : message,
        actions: [retry],
      },
      toastId,
    );
  } finally {
    setPending(names, whole, undefined);
  }
}

/** Runs something that may fail and says so; for small actions whose success is visible by itself. */
export async function attempt(title: string, action: () => Promise<unknown>, success?: string): Promise<boolean> {
  try {
    await action();
    if (success) showToast({ tone: 'ok', title: success });
    return true;
  } catch (error) {
    const { message, next } = toMicroError(error);
    showToast({
      tone: 'bad',
      title,
      text: next ? `${message}\n${next}` : message,
      actions: [{ label: 'Try again', run: () => void attempt(title, action, success) }],
    });
    return false;
  }
}
