import { ViewportPortal } from '@xyflow/react';
import { IconChevronDown } from '@tabler/icons-react';
import classes from './GroupFrames.module.css';
import { nodeSize, type Position } from './graphModel.ts';
import type { Positions } from './placement.ts';

/** Room between a group's frame and its nodes, px; the title stands in the upper one. */
const framePadding = { side: 16, top: 38, bottom: 16 } as const;

interface Frame {
  readonly group: string;
  readonly at: Position;
  readonly width: number;
  readonly height: number;
}

function framesOf(groups: ReadonlyMap<string, string>, collapsed: ReadonlySet<string>, positions: Positions): Frame[] {
  const members = new Map<string, Position[]>();
  for (const [name, group] of groups) {
    const place = positions.get(name);
    if (place && !collapsed.has(group)) members.set(group, [...(members.get(group) ?? []), place]);
  }
  return [...members].map(([group, places]) => {
    const left = Math.min(...places.map(({ x }) => x)) - framePadding.side;
    const top = Math.min(...places.map(({ y }) => y)) - framePadding.top;
    const right = Math.max(...places.map(({ x }) => x)) + nodeSize.width + framePadding.side;
    const bottom = Math.max(...places.map(({ y }) => y)) + nodeSize.height + framePadding.bottom;
    return { group, at: { x: left, y: top }, width: right - left, height: bottom - top };
  });
}

/** The frames around groups that are not collapsed; the title collapses. */
export function GroupFrames({
  groups,
  collapsed,
  positions,
  onCollapse,
}: {
  groups: ReadonlyMap<string, string>;
  collapsed: ReadonlySet<string>;
  positions: Positions;
  onCollapse: (group: string) => void;
}) {
  return (
    <ViewportPortal>
      {framesOf(groups, collapsed, positions).map(({ group, at, width, height }) => (
        <div
          key={group}
          className={classes.frame}
          style={{ transform: `translate(${at.x}px, ${at.y}px)`, width, height }}
        >
          <button
            type="button"
            className={`${classes.frameTitle} nopan nodrag`}
            aria-expanded="true"
            title="Collapse the group"
            onClick={() => onCollapse(group)}
          >
            <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
            {group}
          </button>
        </div>
      ))}
    </ViewportPortal>
  );
}
