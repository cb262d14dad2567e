import type { IDockviewPanelHeaderProps } from 'dockview-react';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { usePanel } from '../../state/panels.ts';
import { ContextMenu, type MenuItem } from '../../ui/ContextMenu.tsx';
import { closeOthers, closePanel, splitPanel } from './panelActions.ts';
import classes from './Panel.module.css';
import type { HostParams } from './PanelHost.tsx';

function useTitle(props: IDockviewPanelHeaderProps<HostParams>): string {
  const { api, params } = props;
  const kind = usePanel((state) => state.kinds.get(params.kind));
  const [title, setTitle] = useState(api.title);
  useEffect(() => {
    const subscription = api.onDidTitleChange((event) => setTitle(event.title));
    return () => subscription.dispose();
  }, [api]);
  return title !== undefined && title !== '' && title !== api.id ? title : (kind?.title(params.params) ?? params.kind);
}

/** The head of a tab: what it is, its name, and the cross that closes it. The middle button and Delete close as well. */
export function PanelTab(props: IDockviewPanelHeaderProps<HostParams>) {
  const { api, containerApi, params } = props;
  const kind = usePanel((state) => state.kinds.get(params.kind));
  const title = useTitle(props);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number }>();
  const Icon = kind?.icon;
  const close = (): void => void closePanel(containerApi, api.id);
  const items: MenuItem[] = [
    { id: 'close', label: 'Close', group: 'close', run: close },
    { id: 'others', label: 'Close others', group: 'close', run: () => void closeOthers(containerApi, api.id) },
    { id: 'right', label: 'Split right', group: 'split', run: () => splitPanel(containerApi, api.id, 'right') },
    { id: 'below', label: 'Split below', group: 'split', run: () => splitPanel(containerApi, api.id, 'below') },
    ...(kind?.tabMenu?.(api.id, params.params) ?? []),
  ];
  return (
    <div
      className={classes.tab}
      onAuxClick={(event) => {
        if (event.button === 1) close();
      }}
      // Pressing the middle button would start the browser's own scrolling.
      onMouseDown={(event) => {
        if (event.button === 1) event.preventDefault();
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setMenuAt({ x: event.clientX, y: event.clientY });
      }}
    >
      {Icon ? <Icon panelId={api.id} params={params.params} /> : null}
      <span className={classes.title} title={title}>
        {title}
      </span>
      {/* For the pointer alone: a control inside of a tab cannot be reached by assistive technology; keys close it too. */}
      <span
        className={classes.close}
        title="Close"
        aria-hidden="true"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={close}
      >
        <IconX size={13} />
      </span>
      <ContextMenu at={menuAt} onClose={() => setMenuAt(undefined)} label={title} items={items} />
    </div>
  );
}
