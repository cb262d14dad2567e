import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { groupOfNodeId } from './graphModel.ts';
import { groupMenu, serviceMenu } from './menuItems.tsx';
import { nodeElement } from './useGraphKeys.ts';

/** px from the corner of a node to a menu that no pointer has called. */
const insetPx = 24;

/** The menu of a node that is open, and where. */
export interface OpenMenu {
  readonly id: string;
  readonly at: { readonly x: number; readonly y: number };
}

/** Where the menu of a node opens: at the pointer, or on the node when the menu key, which has no place, called it. */
export function menuPlace(canvas: HTMLElement | null, id: string, x: number, y: number): OpenMenu['at'] {
  const box = nodeElement(canvas, id)?.getBoundingClientRect();
  return x === 0 && y === 0 && box ? { x: box.left + insetPx, y: box.top + insetPx } : { x, y };
}

/** The menu of a service or of a collapsed group. */
export function GraphMenu({
  open,
  members,
  onClose,
  onExpand,
}: {
  open: OpenMenu | undefined;
  members: ReadonlyMap<string, readonly string[]>;
  onClose: () => void;
  onExpand: (group: string) => void;
}) {
  const group = open && groupOfNodeId(open.id);
  const items = !open
    ? []
    : group === undefined
      ? serviceMenu(open.id)
      : groupMenu(members.get(group) ?? [], () => onExpand(group));
  return <ContextMenu at={open?.at} onClose={onClose} label={group ?? open?.id ?? ''} items={items} />;
}
