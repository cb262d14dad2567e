import { useEffect, useMemo, useRef, useState } from 'react';
import { registerCommands } from '../../state/commands.ts';
import { setPageParams, usePage } from '../../state/navigation.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import classes from './Config.module.css';
import { deletePath } from './configActions.ts';
import { ConfigToolbar } from './ConfigToolbar.tsx';
import { ConfigTree, type TreeHandle } from './ConfigTree.tsx';
import { type ConfigDocument, type Edit, treeRows, usualNamespace, valueAt } from './document.ts';
import { EmptyConfig } from './EmptyConfig.tsx';
import { HistoryPanel } from './HistoryPanel.tsx';
import { RawEditor } from './RawEditor.tsx';
import { SaveDialog } from './SaveDialog.tsx';
import { useConfig } from './useConfig.ts';
import { type PanelHandle, ValuePanel } from './ValuePanel.tsx';

/** The config: the document as a tree or as JSON, the chosen value, and the history. */
export function ConfigPage() {
  const { params } = usePage();
  const namespace = params['namespace'] || usualNamespace;
  const path = params['path'];
  const side = params['side'] === 'history' ? 'history' : 'value';
  const isRaw = params['view'] === 'raw';
  const { document, history, namespaces } = useConfig(namespace);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  const [creating, setCreating] = useState(false);
  const [saving, setSaving] = useState<{ edits: readonly Edit[]; base: ConfigDocument; path: string | undefined }>();
  const [saves, setSaves] = useState(0);
  const tree = useRef<TreeHandle>(null);
  const panel = useRef<PanelHandle>(null);
  const search = useRef<HTMLInputElement>(null);

  const go = (next: Record<string, string | undefined>): void =>
    setPageParams(
      Object.fromEntries(
        Object.entries({ ...params, ...next }).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    );
  const select = (to: string): void => {
    setCreating(false);
    go({ path: to, side: undefined });
  };
  const create = (): void => {
    setCreating(true);
    go({ side: undefined, view: undefined });
    requestAnimationFrame(() => panel.current?.focus());
  };
  const latest = useRef(create);
  useEffect(() => {
    latest.current = create;
  });
  useEffect(
    () =>
      registerCommands([
        {
          id: 'config.search',
          title: 'Filter the config',
          group: 'Config',
          keys: '/',
          run: () => search.current?.focus(),
        },
        { id: 'config.new', title: 'New config value…', group: 'Config', keys: 'n', run: () => latest.current() },
      ]),
    [],
  );

  const data = document.data;
  const rows = useMemo(() => (data ? treeRows(data, closed, filter) : []), [data, closed, filter]);
  const isEmpty = data !== undefined && Object.keys(data.value).length === 0;
  const isThere = data !== undefined && path !== undefined && valueAt(data.value, path) !== undefined;

  return (
    <section className={classes.page} aria-label="Config">
      <ConfigToolbar
        namespace={namespace}
        namespaces={namespaces}
        isRaw={isRaw}
        isHistory={side === 'history'}
        filter={filter}
        search={search}
        onFilter={setFilter}
        onGo={go}
        onCreate={create}
      />
      {document.isError && !data ? (
        <ErrorState error={document.error} onRetry={() => void document.refetch()} />
      ) : !data ? (
        <LoadingState rows={10} label="Loading the config" />
      ) : (
        <div className={classes.body}>
          {isEmpty && !creating && !isRaw ? (
            <div className={classes.empty}>
              <EmptyConfig namespace={namespace} onCreate={create} />
            </div>
          ) : isRaw ? (
            <div className={classes.main}>
              <RawEditor
                key={`${namespace} ${saves}`}
                document={data}
                onSave={(edits, base) => setSaving({ edits, base, path: undefined })}
              />
            </div>
          ) : (
            <div className={classes.main}>
              {rows.length === 0 && filter !== '' ? (
                <EmptyState
                  title={`No path contains “${filter}”`}
                  action={<Button onClick={() => setFilter('')}>Clear</Button>}
                />
              ) : (
                <ConfigTree
                  ref={tree}
                  rows={rows}
                  selected={path}
                  onSelect={select}
                  onToggle={(at) =>
                    setClosed((before) => {
                      const next = new Set(before);
                      if (!next.delete(at)) next.add(at);
                      return next;
                    })
                  }
                  onEnter={() => requestAnimationFrame(() => panel.current?.focus())}
                  onDelete={(at) => void deletePath(data, at)}
                />
              )}
            </div>
          )}
          {isRaw && side !== 'history' ? null : isEmpty && !creating && side !== 'history' ? null : (
            <aside className={classes.panel} aria-label={side === 'history' ? 'History' : 'Value'}>
              {side === 'history' ? (
                <HistoryPanel
                  key={namespace}
                  document={data}
                  changes={history.data ?? []}
                  loaded={history.data !== undefined}
                  error={history.error}
                />
              ) : creating || isThere ? (
                <ValuePanel
                  key={`${namespace} ${creating ? '+' : path} ${saves}`}
                  ref={panel}
                  document={data}
                  path={creating ? undefined : path}
                  onSave={(edits, base, at) => setSaving({ edits, base, path: at })}
                  onDelete={(at) => void deletePath(data, at)}
                  onLeave={() => {
                    setCreating(false);
                    tree.current?.focus();
                  }}
                />
              ) : (
                <EmptyState
                  title={path === undefined ? 'No value is chosen' : `Nothing is at ${path}`}
                  text="Choose one in the tree: arrow keys walk, right and left open and close, Enter goes to the value."
                />
              )}
            </aside>
          )}
        </div>
      )}
      {saving ? (
        <SaveDialog
          document={saving.base}
          edits={saving.edits}
          onClose={(saved) => {
            setSaving(undefined);
            if (!saved) return;
            setSaves(saves + 1);
            if (saving.path !== undefined) select(saving.path);
          }}
        />
      ) : null}
    </section>
  );
}
