import { useCallback, useEffect, useRef, useState } from 'react';
import { isCancelled } from '../../../shared/client/clientError.ts';
import { type ReadRecord, readRecord, revisionOf, type TablePlace } from './recordActions.ts';
import type { RecordChange } from './useKeyPages.ts';

/** ms before a record is asked for: moving over keys shows the one where it ends. */
const settleMs = 60;

/** A record as the page has it. */
export interface RecordState {
  readonly status: 'loading' | 'there' | 'absent' | 'failed';
  /** The newest one that was read; of an absent one, what it was before, if it was seen. */
  readonly record: ReadRecord | undefined;
  readonly error: unknown;
}

const loading: RecordState = { status: 'loading', record: undefined, error: undefined };

/** A record, read again whenever it changes. `handleChange` is to be told of changes. */
export function useRecord(
  { database, table }: TablePlace,
  key: string,
): RecordState & { reload: () => void; handleChange: (change: RecordChange) => void } {
  const [state, setState] = useState<RecordState>(loading);
  const current = useRef<AbortController | undefined>(undefined);

  const reload = useCallback(() => {
    current.current?.abort();
    const load = new AbortController();
    current.current = load;
    readRecord({ database, table }, key, load.signal).then(
      (record) => {
        if (load.signal.aborted) return;
        setState((before) =>
          record
            ? { status: 'there', record, error: undefined }
            : { status: 'absent', record: before.record, error: undefined },
        );
      },
      (error: unknown) => {
        if (load.signal.aborted || isCancelled(error)) return;
        setState((before) => ({ status: before.record ? before.status : 'failed', record: before.record, error }));
      },
    );
  }, [database, table, key]);

  useEffect(() => {
    const timer = setTimeout(reload, settleMs);
    return () => {
      clearTimeout(timer);
      current.current?.abort();
    };
  }, [reload]);

  const revision = state.status === 'there' ? state.record?.info.revision : undefined;
  const handleChange = useCallback(
    (change: RecordChange) => {
      if (change.type !== '' && change.missed === 0 && change.key !== key) return;
      if (change.type === 'written' && change.key === key && change.revision === revision) return;
      if (change.key === key) reload();
      // What was not told is looked up without the value, which may be large.
      else
        void revisionOf({ database, table }, key).then(
          (now) => {
            if (now !== revision) reload();
          },
          // The next change, or the next look, does it.
          () => {},
        );
    },
    [database, table, key, reload, revision],
  );
  return { ...state, reload, handleChange };
}
