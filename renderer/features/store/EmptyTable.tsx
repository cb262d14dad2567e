import { IconDatabase } from '@tabler/icons-react';
import { useServerInfo } from '../../state/serverState.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { TryLines } from '../../ui/TryLines.tsx';
import type { StorePlace } from './storePlace.ts';
import { tryStore } from './tryStore.ts';

/** A table without keys, or without such that begin as asked for: what the store is, and how to begin. */
export function EmptyTable({
  place,
  isFirst,
  onNew,
  onImport,
  onAll,
}: {
  place: StorePlace;
  /** Whether nothing is stored at all. */
  isFirst: boolean;
  onNew: () => void;
  onImport: () => void;
  /** Shows keys that begin otherwise, too. */
  onAll: () => void;
}) {
  const { database, table, prefix } = place;
  const proxy = useServerInfo()?.proxy ?? 'http://127.0.0.1:8081';
  if (prefix !== '')
    return (
      <EmptyState
        title={`No key begins with “${prefix}”`}
        text={`In ${database}/${table}. Capital and small letters count.`}
        action={<Button onClick={onAll}>Show all keys</Button>}
      />
    );
  return (
    <EmptyState
      icon={<IconDatabase size={24} stroke={1.5} />}
      title={isFirst ? 'Nothing is stored yet' : `No records in ${database}/${table}`}
      text={
        <>
          Records are values by key, in tables of databases; services share them without a database to install.
          <TryLines lines={tryStore(place, proxy)} onCopy={(line) => copyText(line, 'Line')} />
        </>
      }
      action={
        <>
          <Button variant="primary" onClick={onNew}>
            New record…
          </Button>
          <Button onClick={onImport}>Import…</Button>
        </>
      }
    />
  );
}
