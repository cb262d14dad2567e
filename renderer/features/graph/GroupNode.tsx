import type { NodeProps } from '@xyflow/react';
import { IconFolder } from '@tabler/icons-react';
import { memo } from 'react';
import { useServices } from '../../state/serverState.ts';
import { ServiceName } from '../../ui/ServiceName.tsx';
import { countByStatus } from '../../ui/status.ts';
import { StatusCount } from '../../ui/StatusIcon.tsx';
import classes from './GraphNode.module.css';
import { usePointing } from './graphStore.ts';
import { NodeHandles } from './ServiceNode.tsx';

/** A collapsed group: its name, how many services it has and how they are. */
export const GroupNode = memo(function GroupNode({ id, data }: NodeProps) {
  const members = data['members'] as readonly string[];
  const name = data['name'] as string;
  const services = useServices();
  const current = usePointing((pointing) => pointing.current === id);
  const lit = usePointing((pointing) => pointing.lit?.has(id) ?? false);
  const counts = countByStatus(members.flatMap((member) => services.get(member) ?? []));
  return (
    <div
      className={classes.node}
      data-node={id}
      data-group
      data-lit={lit || undefined}
      role="button"
      tabIndex={current ? 0 : -1}
    >
      <NodeHandles />
      <span className="visually-hidden">{`${name} ${members.length} services, collapsed group`}</span>
      <div className={classes.head} aria-hidden="true">
        <IconFolder size={18} stroke={1.6} aria-hidden="true" />
        <span className={classes.name}>
          <ServiceName name={name} />
        </span>
        <span className={classes.status}>
          <span className={classes.dim}>{members.length} services</span>
        </span>
      </div>
      <div className={classes.figures} aria-hidden="true">
        {counts.length === 0 ? <span>none running</span> : null}
        {counts.slice(0, 2).map(({ status, count }) => (
          <StatusCount key={status} status={status} count={count} />
        ))}
      </div>
    </div>
  );
});
