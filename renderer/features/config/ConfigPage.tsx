import { IconAdjustments, IconPlus } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { registerCommands } from '../../state/commands.ts';
import { setPageParams, usePage } from '../../state/navigation.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { TryLines } from '../../ui/TryLines.tsx';
import classes from './Config.module.css';
import { deletePath } from './configActions.ts';
import { ConfigTree, type TreeHandle } from './ConfigTree.tsx';
import { type ConfigDocument, type Edit, treeRows, usualNamespace, valueAt } from './document.ts';
import { HistoryPanel } from './HistoryPanel.tsx';
import { RawEditor } from './RawEditor.tsx';
import { SaveDialog } from './SaveDialog.tsx';
import { tryConfig } from './tryConfig.ts';
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
  const proxy = useServerInfo()?.proxy ?? 'http://127.0.0.1:8081';

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
  const names = [...new Set([usualNamespace, ...namespaces, namespace])];

  return (
    <section className={classes.page} aria-label="Config">
      <Toolbar
        title="Config"
        right={
          <>
            <Chip pressed={side === 'history'} onClick={() => go({ side: side === 'history' ? undefined : 'history' })}>
              History
            </Chip>
            <Button icon={<IconPlus size={14} stroke={1.8} />} onClick={create}>
              New value
            </Button>
          </>
        }
      >
        <ChoiceMenu
          text={namespace}
          label="Namespace"
          active={namespace !== usualNamespace}
          choices={names.map((name) => ({
            key: name,
            label: name,
            chosen: name === namespace,
            pick: () => go({ namespace: name, path: undefined }),
          }))}
        />
        <Chip pressed={!isRaw} onClick={() => go({ view: undefined })}>
          Tree
        </Chip>
        <Chip pressed={isRaw} onClick={() => go({ view: 'raw' })}>
          JSON
        </Chip>
        {isRaw ? null : (
          <FilterField
            ref={search}
            value={filter}
            label="Filter paths"
            placeholder="Filter paths"
            onChange={setFilter}
          />
        )}
      </Toolbar>
      {document.isError && !data ? (
        <ErrorState error={document.error} onRetry={() => void document.refetch()} />
      ) : !data ? (
        <LoadingState rows={10} label="Loading the config" />
      ) : (
        <div className={classes.body}>
          {isEmpty && !creating && !isRaw ? (
            <div className={classes.main}>
              <EmptyState
                icon={<IconAdjustments size={24} stroke={1.5} />}
                title={namespace === usualNamespace ? 'No config yet' : `No config in ${namespace}`}
                text={
                  <>
                    Values and secrets by dotted paths; services get them by {'${config:path}'} and {'${secret:path}'}{' '}
                    in the env of micro.yaml, or read them.
                    <TryLines lines={tryConfig(namespace, proxy)} onCopy={(line) => copyText(line, 'Line')} />
                  </>
                }
                action={
                  <Button variant="primary" onClick={create}>
                    New value…
                  </Button>
                }
              />
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
