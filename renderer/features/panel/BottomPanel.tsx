import {
  type DockviewApi,
  DockviewReact,
  type DockviewReadyEvent,
  type IDockviewHeaderActionsProps,
} from 'dockview-react';
import 'dockview-react/dist/styles/dockview.css';
import { IconChevronDown } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { registerCommands } from '../../state/commands.ts';
import {
  openAllLogs,
  panelHeight,
  panelStore,
  setPanelHeight,
  takePanelRequests,
  togglePanel,
  usePanel,
} from '../../state/panels.ts';
import { loadLayout, saveLayout } from './layoutStore.ts';
import {
  closeFocusedTab,
  closePanel,
  hostComponent,
  openRequest,
  splitPanel,
  stepGroup,
  stepTab,
} from './panelActions.ts';
import classes from './Panel.module.css';
import { PanelHost } from './PanelHost.tsx';
import { PanelTab } from './PanelTab.tsx';
import { setSlot } from './slots.ts';
import { handleTabDrag } from './tabDrag.ts';

const components = { [hostComponent]: PanelHost };

const theme = { name: 'micro', className: classes.theme ?? '' };

/** How far the arrow keys move the upper edge, px. */
const keyStepPx = 24;

/** Height that the page above the panel keeps, px. */
const pageKeepsPx = 160;

function HeaderActions({ group, containerApi }: IDockviewHeaderActionsProps) {
  const slot = useRef<HTMLDivElement>(null);
  const { id } = group;
  useEffect(() => {
    setSlot(id, slot.current);
    return () => setSlot(id, null);
  }, [id]);
  const isLast = containerApi.groups.at(-1)?.id === id;
  return (
    <div className={classes.actions}>
      <div ref={slot} className={classes.slot} />
      {isLast ? (
        <button
          type="button"
          className={classes.hide}
          aria-label="Hide the panel"
          title="Hide the panel"
          onClick={() => togglePanel(false)}
        >
          <IconChevronDown size={16} aria-hidden="true" />
        </button>
      ) : null}
    </div>
  );
}

function Resizer() {
  const heightPx = usePanel((state) => state.heightPx);
  const [drag, setDrag] = useState<{ y: number; heightPx: number }>();
  const set = (px: number): void => setPanelHeight(Math.min(px, window.innerHeight - pageKeepsPx));
  return (
    <div
      className={classes.resizer}
      role="separator"
      tabIndex={0}
      aria-label="Height of the panel"
      aria-orientation="horizontal"
      aria-valuenow={heightPx}
      aria-valuemin={panelHeight.min}
      data-dragging={drag !== undefined || undefined}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ y: event.clientY, heightPx });
      }}
      onPointerMove={(event) => {
        if (drag) set(drag.heightPx + drag.y - event.clientY);
      }}
      onPointerUp={() => setDrag(undefined)}
      onPointerCancel={() => setDrag(undefined)}
      onDoubleClick={() => setPanelHeight(panelHeight.standard)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowUp') set(heightPx + keyStepPx);
        else if (event.key === 'ArrowDown') set(heightPx - keyStepPx);
        else return;
        event.preventDefault();
      }}
    />
  );
}

/** Opens what is asked for, now and later, and keeps the layout. */
function attach(api: DockviewApi): () => void {
  const open = (): void => {
    for (const request of takePanelRequests()) openRequest(api, request);
  };
  const subscription = api.onDidLayoutChange(() => {
    // The dock empties itself when the panel is hidden; what was there is to come back. Closing the last tab is told apart.
    if (api.panels.length > 0) saveLayout(window.localStorage, api.toJSON());
  });
  const unsubscribe = panelStore.subscribe(open);
  open();
  if (api.panels.length === 0) openAllLogs();
  return () => {
    unsubscribe();
    subscription.dispose();
  };
}

function usePanelCommands(api: DockviewApi | undefined): void {
  useEffect(() => {
    const isThere = (): boolean => api?.activePanel !== undefined;
    const withActive = (run: (api: DockviewApi, id: string) => void) => (): void => {
      if (api?.activePanel) run(api, api.activePanel.id);
    };
    return registerCommands([
      {
        id: 'panel.close-tab',
        title: 'Close the tab',
        group: 'Panel',
        keys: 'alt+w',
        when: isThere,
        run: withActive((dock, id) => void closePanel(dock, id)),
      },
      {
        id: 'panel.next-tab',
        title: 'Next tab',
        group: 'Panel',
        keys: 'alt+pagedown',
        when: isThere,
        run: withActive((dock) => stepTab(dock, 1)),
      },
      {
        id: 'panel.previous-tab',
        title: 'Previous tab',
        group: 'Panel',
        keys: 'alt+pageup',
        when: isThere,
        run: withActive((dock) => stepTab(dock, -1)),
      },
      {
        id: 'panel.next-group',
        title: 'Next group of tabs',
        group: 'Panel',
        keys: 'alt+g',
        when: isThere,
        run: withActive((dock) => stepGroup(dock, 1)),
      },
      {
        id: 'panel.split',
        title: 'Move the tab into a split',
        group: 'Panel',
        when: isThere,
        run: withActive((dock, id) => splitPanel(dock, id, 'right')),
      },
    ]);
  }, [api]);
}

/** The bottom panel: tabs of logs and terminals, which can be split and dragged from group to group. */
export function BottomPanel() {
  const open = usePanel((state) => state.open);
  const heightPx = usePanel((state) => state.heightPx);
  const [api, setApi] = useState<DockviewApi>();
  const shown = open ? api : undefined;
  usePanelCommands(shown);
  useEffect(() => (shown ? attach(shown) : undefined), [shown]);

  const handleReady = ({ api: ready }: DockviewReadyEvent): void => {
    const layout = loadLayout(window.localStorage);
    try {
      if (layout) ready.fromJSON(layout);
    } catch {
      // A layout of another version: begin with what is asked for.
      ready.clear();
    }
    setApi(ready);
  };

  // Before the dock hears of it, which would close the tab without asking.
  const handleCloseKey = (event: KeyboardEvent): void => {
    if ((event.key !== 'Delete' && event.key !== 'Backspace') || !(event.target instanceof HTMLElement)) return;
    const id = event.target.dataset['tabPanelId'];
    if (id === undefined || !shown) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) void closeFocusedTab(shown, id);
  };

  if (!open) return null;
  return (
    <section
      className={classes.panel}
      style={{ height: heightPx }}
      aria-label="Panel"
      onKeyDownCapture={handleCloseKey}
      onDragStart={handleTabDrag}
    >
      <Resizer />
      <div className={classes.dock}>
        <DockviewReact
          components={components}
          defaultTabComponent={PanelTab}
          rightHeaderActionsComponent={HeaderActions}
          theme={theme}
          onReady={handleReady}
          disableFloatingGroups
        />
      </div>
    </section>
  );
}
