import type { DockviewPanelApi, IDockviewPanelProps } from 'dockview-react';
import { Suspense, useEffect, useState } from 'react';
import { type PanelParams, usePanel } from '../../state/panels.ts';
import { EmptyState } from '../../ui/States.tsx';
import classes from './Panel.module.css';
import { useSlot } from './slots.ts';

/** What a tab of the dock carries: which kind it is and the kind's own params. */
export interface HostParams {
  readonly kind: string;
  readonly params: PanelParams;
}

/** Narrower groups (px) have no room for a bar beside their tabs. */
const minWidthForSlot = 680;

interface Place {
  readonly visible: boolean;
  readonly group: string;
  readonly wide: boolean;
}

function placeOf(api: DockviewPanelApi): Place {
  return { visible: api.isVisible, group: api.group.id, wide: api.width >= minWidthForSlot };
}

function usePlace(api: DockviewPanelApi): Place {
  const [place, setPlace] = useState(() => placeOf(api));
  useEffect(() => {
    const update = (): void => {
      const next = placeOf(api);
      setPlace((before) =>
        before.visible === next.visible && before.group === next.group && before.wide === next.wide ? before : next,
      );
    };
    const subscriptions = [
      api.onDidVisibilityChange(update),
      api.onDidGroupChange(update),
      api.onDidDimensionsChange(update),
      api.onDidActiveChange(update),
    ];
    update();
    return () => {
      for (const subscription of subscriptions) subscription.dispose();
    };
  }, [api]);
  return place;
}

/** The content of a tab: the component of its kind. */
export function PanelHost({ api, params }: IDockviewPanelProps<HostParams>) {
  const kind = usePanel((state) => state.kinds.get(params.kind));
  const { visible, group, wide } = usePlace(api);
  const slot = useSlot(group);
  if (!kind) return <EmptyState title="This tab cannot be shown" text={`There is no “${params.kind}” here.`} />;
  const Content = kind.component;
  return (
    <div className={classes.content}>
      <Suspense fallback={null}>
        <Content
          panelId={api.id}
          params={params.params}
          visible={visible}
          setParams={(next) => api.updateParameters({ kind: params.kind, params: next })}
          setTitle={(title) => api.setTitle(title)}
          actionsSlot={visible && wide ? slot : undefined}
        />
      </Suspense>
    </div>
  );
}
