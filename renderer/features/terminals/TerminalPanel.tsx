import '@xterm/xterm/css/xterm.css';
import { type MouseEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { serviceOfTerminal } from '../../../shared/contract/terminal.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { startServices } from '../../state/serviceActions.ts';
import { runCommand } from '../../state/commands.ts';
import type { PanelProps } from '../../state/panels.ts';
import {
  askForName,
  noteFocused,
  noteRenamed,
  noteShown,
  openShell,
  renameTerminal,
  useFocusWanted,
  useRenameWanted,
  useTerminal,
} from '../../state/terminals.ts';
import { useReducedMotion, useResolvedTheme, useUi } from '../../state/uiState.ts';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { FindBar } from './FindBar.tsx';
import { TerminalBar } from './TerminalBar.tsx';
import { runTerminalKey, setShownTerminal } from './terminalCommands.ts';
import { startShell, TerminalController } from './TerminalController.ts';
import { terminalMenu } from './terminalMenu.tsx';
import { TerminalNotice } from './TerminalNotice.tsx';
import { readTerminalParams } from './terminalParams.ts';
import classes from './Terminals.module.css';

const noSnapshot = { phase: 'opening', ended: undefined, error: undefined } as const;

/** A shell that is being started for a tab: React may mount a tab twice, and it must not start two. */
const starting = new Map<string, Promise<string>>();

/** A terminal as a tab of the bottom panel. */
export function TerminalPanel({ panelId, params, visible, setParams, setTitle, actionsSlot }: PanelProps) {
  const { terminal: id, service, name } = readTerminalParams(params);
  const facts = useTerminal(id);
  const place = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<TerminalController>();
  const [finding, setFinding] = useState(false);
  const renaming = useRenameWanted(panelId);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number }>();
  const theme = useResolvedTheme();
  const reducedMotion = useReducedMotion();
  const graphics = useUi((state) => state.terminalGraphics);
  const focusWanted = useFocusWanted(panelId);
  const latest = useRef({ params, setParams, theme, reducedMotion, graphics, id, service });
  useEffect(() => {
    latest.current = { params, setParams, theme, reducedMotion, graphics, id, service };
  });

  useEffect(() => {
    if (!place.current) return undefined;
    const now = latest.current;
    const made = new TerminalController(place.current, now.id, {
      theme: now.theme,
      reducedMotion: now.reducedMotion,
      graphics: now.graphics,
      openShell: async (size) => {
        const under = starting.get(panelId) ?? startShell(now.service, size);
        starting.set(panelId, under);
        try {
          const opened = await under;
          latest.current.setParams({ ...latest.current.params, terminal: opened });
          return opened;
        } finally {
          starting.delete(panelId);
        }
      },
      handleKey: runTerminalKey,
      handleFocus: () => {
        noteShown(panelId);
        setShownTerminal(panelId, {
          panelId,
          controller: made,
          service: latest.current.service,
          find: () => setFinding(true),
          rename: () => askForName(panelId, latest.current.params),
        });
      },
    });
    setController(made);
    return () => {
      setController(undefined);
      setShownTerminal(panelId, undefined);
      made.dispose();
    };
  }, [panelId]);

  const snapshot = useSyncExternalStore(
    controller?.subscribe ?? noSubscription,
    controller?.getSnapshot ?? (() => noSnapshot),
  );

  useEffect(() => controller?.view.setVisible(visible), [controller, visible]);
  useEffect(() => controller?.view.setTheme(theme), [controller, theme]);
  useEffect(() => controller?.view.setGraphics(graphics), [controller, graphics]);
  useEffect(() => {
    if (!controller || !visible || !focusWanted) return;
    controller.focus();
    noteFocused();
  }, [controller, visible, focusWanted]);

  // A service that runs again has its terminal again.
  const isBack = facts !== undefined && snapshot.phase === 'gone';
  useEffect(() => {
    if (isBack) controller?.retry();
  }, [controller, isBack]);

  const title = facts ? (facts.title && !facts.live ? `${facts.name} · ${facts.title}` : facts.name) : name;
  const knownName = facts?.name;
  useEffect(() => {
    if (title) setTitle(title);
  }, [title, setTitle]);
  useEffect(() => {
    const { params: before, setParams: keep } = latest.current;
    if (knownName && before['name'] !== knownName) keep({ ...before, name: knownName });
  }, [knownName]);

  const live = id === undefined ? undefined : serviceOfTerminal(id);
  const focus = (): void => controller?.focus();
  const runAgain = (): void => {
    if (live !== undefined) void startServices([live]);
    else if (id !== undefined) {
      void attempt('It could not be run again', async () => {
        await api().terminals.runAgain({ id });
      });
    }
    focus();
  };
  const handleContextMenu = (event: MouseEvent): void => {
    // A program that asked for the mouse gets its right button; with Shift it is ours.
    if (controller?.view.terminal.modes.mouseTrackingMode !== 'none' && !event.shiftKey) return;
    event.preventDefault();
    setMenuAt({ x: event.clientX, y: event.clientY });
  };

  const bar = (
    <TerminalBar
      facts={facts}
      renaming={renaming}
      onRename={(wanted) => {
        noteRenamed();
        if (wanted && id) renameTerminal(id, wanted);
        focus();
      }}
      onFind={() => setFinding(true)}
      onNew={() => openShell(service)}
      onSplit={() => openShell(service, 'split')}
    />
  );
  return (
    <section className={classes.page} aria-label={title || 'Terminal'}>
      {actionsSlot ? createPortal(bar, actionsSlot) : <div className={classes.compactBar}>{bar}</div>}
      {finding && controller ? (
        <FindBar
          search={controller.view.search}
          onClose={() => {
            setFinding(false);
            focus();
          }}
        />
      ) : null}
      <div
        className={classes.screen}
        data-away={snapshot.phase === 'lost' || snapshot.phase === 'gone' || undefined}
        onContextMenu={handleContextMenu}
      >
        <div ref={place} className={classes.grid} />
      </div>
      <TerminalNotice
        snapshot={snapshot}
        live={live}
        onRunAgain={runAgain}
        onNewShell={() => {
          runCommand('panel.close-tab');
          openShell(service);
        }}
        onRetry={() => controller?.retry()}
        onClose={() => runCommand('panel.close-tab')}
      />
      <ContextMenu
        at={menuAt}
        onClose={() => setMenuAt(undefined)}
        label="Terminal"
        items={
          controller
            ? terminalMenu(controller, {
                find: () => setFinding(true),
                rename: () => askForName(panelId, params),
                service,
                isShell: live === undefined,
              })
            : []
        }
      />
    </section>
  );
}

function noSubscription(): () => void {
  return () => {};
}
