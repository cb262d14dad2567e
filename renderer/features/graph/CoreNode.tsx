import { IconAdjustments, IconBolt, IconBox, IconDatabase } from '@tabler/icons-react';
import type { NodeProps } from '@xyflow/react';
import { type ComponentType, memo } from 'react';
import { useStore } from 'zustand';
import { editCall, makeDraft } from '../../state/callDraft.ts';
import { openPage } from '../../state/navigation.ts';
import { trafficStore } from '../../state/traffic.ts';
import { formatCount, formatRate } from '../../ui/trafficFormat.ts';
import classes from './GraphNode.module.css';
import { usePointing } from './graphStore.ts';
import { NodeHandles } from './ServiceNode.tsx';

/** The parts of micro that have a page of their own, and how they look in the rail. */
const pages: Readonly<Record<string, { page: string; Icon: ComponentType<{ size: number; stroke: number }> }>> = {
  store: { page: 'store', Icon: IconDatabase },
  records: { page: 'store', Icon: IconDatabase },
  config: { page: 'config', Icon: IconAdjustments },
  events: { page: 'events', Icon: IconBolt },
  topics: { page: 'events', Icon: IconBolt },
  broker: { page: 'events', Icon: IconBolt },
};

/** Shows what a part of micro holds; of one without a page, what can be called of it. */
export function openCore(name: string): void {
  const own = pages[name];
  if (own) openPage(own.page);
  else editCall(makeDraft({ service: name, method: 'POST' }));
}

/** A service of micro itself that services call. */
export const CoreNode = memo(function CoreNode({ id }: NodeProps) {
  const current = usePointing((pointing) => pointing.current === id);
  const lit = usePointing((pointing) => pointing.lit?.has(id) ?? false);
  const figures = useStore(trafficStore, ({ nodes }) => {
    const { calls = 0, rate = 0 } = nodes.get(id) ?? {};
    return rate > 0 ? formatRate(rate) : formatCount(calls, 'call');
  });
  const { Icon } = pages[id] ?? { Icon: IconBox };
  return (
    <div
      className={classes.node}
      data-node={id}
      data-core
      data-lit={lit || undefined}
      role="button"
      tabIndex={current ? 0 : -1}
    >
      <NodeHandles />
      <span className="visually-hidden">core {id}</span>
      <div className={classes.head} aria-hidden="true">
        <span className={classes.mark}>
          <Icon size={18} stroke={1.6} />
        </span>
        <span className={classes.name}>{id}</span>
        <span className={classes.dim}>core</span>
      </div>
      <div className={classes.figures} aria-hidden="true">
        <span className={classes.ellipsis}>{figures}</span>
      </div>
    </div>
  );
});
