import { IconBroadcast } from '@tabler/icons-react';
import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { trafficStore } from '../../state/traffic.ts';
import { formatCount, formatRate } from '../../ui/trafficFormat.ts';
import classes from './GraphNode.module.css';
import { usePointing } from './graphStore.ts';
import { NodeHandles } from './ServiceNode.tsx';

/** A topic that services publish on or consume. */
export const TopicNode = memo(function TopicNode({ id }: NodeProps) {
  const current = usePointing((pointing) => pointing.current === id);
  const lit = usePointing((pointing) => pointing.lit?.has(id) ?? false);
  const figures = useStore(trafficStore, ({ nodes }) => {
    const { calls = 0, rate = 0 } = nodes.get(id) ?? {};
    return rate > 0 ? formatRate(rate) : formatCount(calls, 'event');
  });
  const name = topicOf(id) ?? id;
  return (
    <div
      className={classes.node}
      data-node={id}
      data-topic
      data-lit={lit || undefined}
      role="button"
      tabIndex={current ? 0 : -1}
    >
      <NodeHandles />
      <span className="visually-hidden">topic {name}</span>
      <div className={classes.head} aria-hidden="true">
        <span className={classes.mark}>
          <IconBroadcast size={18} stroke={1.6} />
        </span>
        <span className={classes.name}>{name}</span>
        <span className={classes.dim}>topic</span>
      </div>
      <div className={classes.figures} aria-hidden="true">
        <span className={classes.ellipsis}>{figures}</span>
      </div>
    </div>
  );
});
