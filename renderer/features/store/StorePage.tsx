import { useRef, useState } from 'react';
import { setPageParams, usePage } from '../../state/navigation.ts';
import { FilterField } from '../../ui/FilterField.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { EmptyTable } from './EmptyTable.tsx';
import { KeyList, type KeyListHandle } from './KeyList.tsx';
import { type Marks, noMarks } from './marks.ts';
import { NewRecordForm } from './NewRecordForm.tsx';
import { OpenRecord } from './OpenRecord.tsx';
import { deleteRecords } from './recordActions.ts';
import type { RecordHandle } from './RecordView.tsx';
import classes from './Store.module.css';
import { paramsOf, placeFrom, type StorePlace } from './storePlace.ts';
import { StoreTools } from './StoreTools.tsx';
import { TableList } from './TableList.tsx';
import { type RecordChange, useKeyPages } from './useKeyPages.ts';
import { useStoreActions } from './useStoreActions.ts';
import { useStoreCommands } from './useStoreCommands.ts';
import { useTables } from './useTables.ts';

/** The store: tables at the left, the keys of one in the middle, the open record at the right. */
export function StorePage() {
  const { params } = usePage();
  const tables = useTables();
  const databases = tables.data ?? [];
  const first = databases.find(({ database }) => database === 'micro') ?? databases[0];
  const place = placeFrom(
    params['table'] === undefined && first?.tables[0]
      ? { ...params, database: first.database, table: first.tables[0].table }
      : params,
  );
  const { database, table, prefix } = place;
  const stats = databases
    .flatMap((each) => each.tables)
    .find((each) => each.database === database && each.table === table);

  const change = useRef<((change: RecordChange) => void) | undefined>(undefined);
  const pages = useKeyPages(place, stats?.records ?? 0, (what) => change.current?.(what));
  const actions = useStoreActions(place);
  const list = useRef<KeyListHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const record = useRef<RecordHandle>(null);
  const fileField = useRef<HTMLInputElement>(null);
  const [marked, setMarked] = useState<{ at: string; marks: Marks }>({ at: '', marks: noMarks });
  const at = JSON.stringify([database, table, prefix]);
  const marks = marked.at === at ? marked.marks : noMarks;
  const [creating, setCreating] = useState<{ key: string }>();

  const setMarks = (next: Marks): void => setMarked({ at, marks: next });
  const go = (next: Partial<StorePlace>): void => setPageParams(paramsOf({ ...place, ...next }));
  const remove = async (records: Parameters<typeof deleteRecords>[1]): Promise<void> => {
    if (await deleteRecords(place, records)) setMarks(noMarks);
    list.current?.focus();
  };

  useStoreCommands({ search, record, fileField, onNew: () => setCreating({ key: '' }) });

  const isEmpty = pages.loaded && pages.count === 0;
  const empty = (
    <EmptyTable
      place={place}
      isFirst={databases.length === 0}
      onNew={() => setCreating({ key: '' })}
      onImport={() => fileField.current?.click()}
      onAll={() => go({ prefix: '' })}
    />
  );

  return (
    <section className={classes.page} aria-label="Store">
      <Toolbar
        title="Store"
        right={
          <StoreTools
            marks={marks.size}
            isNarrowed={prefix !== ''}
            onNew={() => setCreating({ key: '' })}
            onImport={() => fileField.current?.click()}
            onExport={actions.exportTable}
            onExportAll={actions.exportAll}
            onDelete={() => void remove([...marks.values()])}
          />
        }
      >
        <FilterField
          ref={search}
          value={prefix}
          label="Begin of the keys"
          placeholder="Keys that begin with…"
          onChange={(text) => go({ prefix: text })}
        />
        <span className={classes.count} role="status">
          {pages.loaded && pages.count > 0
            ? `${pages.isCounted ? '' : 'more than '}${(pages.isCounted ? pages.count : pages.count - 1).toLocaleString('en')} ${pages.count === 1 ? 'key' : 'keys'}`
            : ''}
        </span>
      </Toolbar>
      <input
        ref={fileField}
        type="file"
        hidden
        accept=".jsonl,.json,.ndjson,.txt"
        aria-label="File to import"
        onChange={(event) => {
          void actions.importFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <div className={classes.body}>
        {databases.length > 0 ? (
          <TableList databases={databases} shown={place} onTable={(to) => go({ ...to, prefix: '', key: undefined })} />
        ) : null}
        {!pages.loaded && (pages.error ?? tables.error) ? (
          <ErrorState
            error={pages.error ?? tables.error}
            onRetry={() => {
              pages.refresh();
              void tables.refetch();
            }}
          />
        ) : isEmpty && place.key === undefined ? (
          <div className={classes.fill}>{empty}</div>
        ) : (
          <>
            <div className={classes.middle}>
              {isEmpty ? (
                empty
              ) : (
                <>
                  {pages.loaded ? null : (
                    <div className={classes.loading}>
                      <LoadingState rows={12} label="Loading keys" />
                    </div>
                  )}
                  <KeyList
                    key={at}
                    ref={list}
                    pages={pages}
                    label={`Keys of ${database}/${table}`}
                    openKey={place.key}
                    marks={marks}
                    reverse={place.reverse}
                    onMarks={setMarks}
                    onOpen={(key) => go({ key })}
                    onEnter={() => record.current?.focus()}
                    onDelete={(records) => void remove(records)}
                    onMarkAll={() => void actions.allMarks().then((all) => all && setMarks(all))}
                    onReverse={() => go({ reverse: !place.reverse })}
                  />
                </>
              )}
            </div>
            {place.key === undefined ? (
              <div className={classes.record}>
                <EmptyState
                  title="No record is open"
                  text="Choose a key; arrow keys go from one to the next, Enter goes into its value."
                />
              </div>
            ) : (
              <OpenRecord
                key={JSON.stringify([database, table, place.key])}
                place={{ database, table }}
                recordKey={place.key}
                ref={record}
                changes={change}
                onDelete={(info) => void remove([info])}
                onCreate={(key) => setCreating({ key })}
                onLeave={() => list.current?.focus()}
              />
            )}
          </>
        )}
      </div>
      {creating ? (
        <NewRecordForm
          place={place}
          initialKey={creating.key}
          onClose={() => setCreating(undefined)}
          onOpen={(to, key) =>
            go({
              ...to,
              key,
              ...(to.database === database && to.table === table && key.startsWith(prefix) ? {} : { prefix: '' }),
            })
          }
        />
      ) : null}
    </section>
  );
}
