import type { NodeProps } from '@xyflow/react';
import { IconWorld } from '@tabler/icons-react';
import { memo } from 'react';
import classes from './GraphNode.module.css';
import { usePointing } from './graphStore.ts';
import { NodeHandles } from './ServiceNode.tsx';

/** Callers that are no services: a browser, curl, a test. */
export const OutsideNode = memo(function OutsideNode({ id }: NodeProps) {
  const current = usePointing((pointing) => pointing.current === id);
  const lit = usePointing((pointing) => pointing.lit?.has(id) ?? false);
  return (
    <div
      className={classes.node}
      data-node={id}
      data-outside
      data-lit={lit || undefined}
      role="button"
      tabIndex={current ? 0 : -1}
    >
      <NodeHandles />
      <span className="visually-hidden">outside, callers that are no services: browsers, the command line, tests</span>
      <div className={classes.head} aria-hidden="true">
        <span className={classes.mark}>
          <IconWorld size={18} stroke={1.6} />
        </span>
        <span className={classes.name}>outside</span>
      </div>
      <div className={classes.figures} aria-hidden="true">
        <span className={classes.ellipsis}>browser, terminal</span>
      </div>
    </div>
  );
});
