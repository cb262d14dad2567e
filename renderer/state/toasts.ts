import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** A button in a message. */
export interface ToastAction {
  label: string;
  run: () => void;
}

/** A short message at the edge of the window. */
export interface Toast {
  readonly id: number;
  tone: 'ok' | 'warn' | 'bad' | 'busy';
  title: string;
  /** Further lines, e.g. the reason of a failure and what to do next. */
  text?: string;
  /** Output that explains a failure, newest last. */
  lines?: readonly string[];
  actions?: readonly ToastAction[];
}

/** ms a message of success stays: long enough to read one line. */
const OK_MS = 4_000;

/** ms a message stays that has a reason or buttons to read, unless the pointer or the focus is on it. */
const BAD_MS = 12_000;

/** Messages on screen at once; older ones go first. */
const MAX_TOASTS = 4;

const store = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let lastId = 0;
let held = false;

/** Shows a message, or with the id of one that is shown, changes it. Resolves to the id. */
export function showToast(toast: Omit<Toast, 'id'>, id: number = ++lastId): number {
  const { toasts } = store.getState();
  const next = { ...toast, id };
  const known = toasts.some((other) => other.id === id);
  const all = known ? toasts.map((other) => (other.id === id ? next : other)) : [...toasts, next];
  for (const dropped of all.slice(0, -MAX_TOASTS)) clearTimer(dropped.id);
  store.setState({ toasts: all.slice(-MAX_TOASTS) });
  startTimer(next);
  return id;
}

/** Takes a message away. */
export function closeToast(id: number): void {
  clearTimer(id);
  store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Keeps all messages while the pointer or the focus is on one, and lets them go afterwards. */
export function holdToasts(hold: boolean): void {
  held = hold;
  for (const toast of store.getState().toasts) {
    if (hold) clearTimer(toast.id);
    else startTimer(toast);
  }
}

/** The messages on screen, oldest first. */
export function useToasts(): readonly Toast[] {
  return useStore(store, (state) => state.toasts);
}

function clearTimer(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

function startTimer(toast: Toast): void {
  clearTimer(toast.id);
  // What is still going on stays until it is over.
  if (held || toast.tone === 'busy') return;
  const delayMs = toast.tone === 'ok' && !toast.actions?.length ? OK_MS : BAD_MS;
  timers.set(
    toast.id,
    setTimeout(() => closeToast(toast.id), delayMs),
  );
}
