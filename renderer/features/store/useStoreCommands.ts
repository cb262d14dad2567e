import { type RefObject, useEffect, useRef } from 'react';
import { registerCommands } from '../../state/commands.ts';
import type { RecordHandle } from './RecordView.tsx';

/** The commands of the page, with their keys, as long as it is shown. */
export function useStoreCommands({
  search,
  record,
  fileField,
  onNew,
}: {
  search: RefObject<HTMLInputElement | null>;
  record: RefObject<RecordHandle | null>;
  fileField: RefObject<HTMLInputElement | null>;
  onNew: () => void;
}): void {
  const latest = useRef(onNew);
  useEffect(() => {
    latest.current = onNew;
  });
  useEffect(
    () =>
      registerCommands([
        {
          id: 'store.search',
          title: 'Find keys by their begin',
          group: 'Store',
          keys: '/',
          run: () => search.current?.focus(),
        },
        { id: 'store.new', title: 'New record…', group: 'Store', keys: 'n', run: () => latest.current() },
        {
          id: 'store.edit',
          title: 'Edit the open record',
          group: 'Store',
          keys: 'shift+e',
          run: () => record.current?.edit(),
        },
        { id: 'store.import', title: 'Import records…', group: 'Store', run: () => fileField.current?.click() },
      ]),
    [search, record, fileField],
  );
}
