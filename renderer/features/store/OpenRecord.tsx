import { type Ref, type RefObject, useEffect } from 'react';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import type { TablePlace } from './recordActions.ts';
import { type RecordHandle, RecordView } from './RecordView.tsx';
import type { RecordChange } from './useKeyPages.ts';
import { useRecord } from './useRecord.ts';

/** The open record, read again with each change that the page hears of. */
export function OpenRecord({
  place,
  recordKey,
  changes,
  ref,
  onDelete,
  onCreate,
  onLeave,
}: {
  place: TablePlace;
  recordKey: string;
  /** Where the page passes changes on to. */
  changes: RefObject<((change: RecordChange) => void) | undefined>;
  ref?: Ref<RecordHandle>;
  onDelete: (info: RecordInfo) => void;
  onCreate: (key: string) => void;
  onLeave: () => void;
}) {
  const { reload, handleChange, ...state } = useRecord(place, recordKey);
  useEffect(() => {
    changes.current = handleChange;
    return () => {
      if (changes.current === handleChange) changes.current = undefined;
    };
  }, [changes, handleChange]);
  return (
    <RecordView
      {...(ref ? { ref } : {})}
      place={place}
      recordKey={recordKey}
      state={state}
      onReload={reload}
      onDelete={({ info }) => onDelete(info)}
      onCreate={() => onCreate(recordKey)}
      onLeave={onLeave}
    />
  );
}
