import type { GraphShape } from './graphModel.ts';
import type { LayoutGraph } from './layeredLayout.ts';
import { placeBlock, placeNew, type Positions, unplacedPart } from './placement.ts';

/**
 * More new nodes than this at once are laid out together as a block of their own; fewer go one by one beside what they
 * talk to, which looks better for one or two and worse for many.
 */
const maxPlacedOneByOne = 4;

/**
 * Gives every node of the shape a place. What has one keeps it. The layout algorithm runs only for many nodes at once: the
 * first time, and when a whole project is added. When it fails, nodes are placed one by one; a graph without beauty is
 * better than none.
 */
export async function completeLayout(
  shape: GraphShape,
  groups: ReadonlyMap<string, string>,
  known: Positions,
  layout: LayoutGraph,
): Promise<Positions> {
  const part = unplacedPart(shape, known);
  if (part.nodes.length === 0) return known;
  const isFirst = part.nodes.length === shape.nodes.length;
  if (!isFirst && part.nodes.length <= maxPlacedOneByOne) return placeNew(shape, known);
  try {
    return placeBlock(await layout(part, groups), shape, known);
  } catch {
    return placeNew(shape, known);
  }
}

/** Lays everything out anew: places of nodes that are not in the shape are kept. */
export async function tidyLayout(
  shape: GraphShape,
  groups: ReadonlyMap<string, string>,
  known: Positions,
  layout: LayoutGraph,
): Promise<Positions> {
  const fresh = await layout(shape, groups);
  return new Map([...known, ...fresh]);
}
