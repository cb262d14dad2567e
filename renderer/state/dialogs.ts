import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { PortClash } from '../../shared/contract/gen/actions_pb.ts';

/** A question about services that lies over the window; one at a time. */
export type Dialog =
  /** What else a start starts, and why, before it does. */
  | { kind: 'start'; services: readonly string[]; starts: readonly { service: string; neededBy: string }[] }
  /** Which others are stopped too. */
  | { kind: 'stop'; service: string; stops: readonly { service: string; needs: string }[] }
  | { kind: 'kill'; services: readonly string[] }
  | { kind: 'run-once'; service: string }
  /** Who holds a port that a service must have. */
  | { kind: 'port-clash'; services: readonly string[]; clashes: readonly PortClash[]; withDependencies: boolean }
  | { kind: 'scale'; service: string }
  /** Why a saved file did or did not reload the service. */
  | { kind: 'explain-file'; service: string };

const store = createStore<{ dialog: Dialog | undefined }>(() => ({ dialog: undefined }));

/** Asks a question, or with undefined takes it away. */
export function showDialog(dialog: Dialog | undefined): void {
  store.setState({ dialog });
}

/** The question that is open. */
export function useDialog(): Dialog | undefined {
  return useStore(store, (state) => state.dialog);
}
