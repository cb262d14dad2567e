import type { ELK, ElkNode } from 'elkjs/lib/elk-api';
import { type GraphShape, groupNodeId, nodeSize, type Position } from './graphModel.ts';
import { keptWhileUsed } from './keptWhileUsed.ts';
import { gap, placeUnder, type Positions } from './placement.ts';

/** Components (groups of connected nodes) are packed into this ratio of width to height, that of a page. */
const aspectRatio = '1.7';

/** Room inside a group's frame, px: its title stands in the upper one. */
const groupPadding = '[top=44,left=20,bottom=20,right=20]';

/** What is not laid out but put under its service: only where no frame of a group could cut the two apart. */
function placedBelow(shape: GraphShape, groups: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const isAlone = (id: string): boolean => (groups.get(id) ?? '') === '';
  return new Map([...(shape.below ?? [])].filter(([task, host]) => isAlone(task) && isAlone(host)));
}

function groupedChildren(
  shape: GraphShape,
  groups: ReadonlyMap<string, string>,
  below: ReadonlyMap<string, string>,
): ElkNode[] {
  const members = new Map<string, ElkNode[]>();
  const alone: ElkNode[] = [];
  for (const id of shape.nodes) {
    if (below.has(id)) continue;
    const node = { id, width: nodeSize.width, height: nodeSize.height };
    const group = groups.get(id) ?? '';
    if (group === '') alone.push(node);
    else members.set(group, [...(members.get(group) ?? []), node]);
  }
  const frames = [...members].map(([group, children]) => ({
    id: groupNodeId(group),
    children,
    layoutOptions: { 'elk.padding': groupPadding },
  }));
  return [...frames, ...alone];
}

/** Turns a shape into what elk's layered algorithm takes; members of a group stay together. Exported for tests. */
export function toElkGraph(shape: GraphShape, groups: ReadonlyMap<string, string>): ElkNode {
  const below = placedBelow(shape, groups);
  return {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.aspectRatio': aspectRatio,
      'elk.spacing.nodeNode': String(gap.y),
      'elk.spacing.componentComponent': String(gap.y * 2),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(gap.x),
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.randomSeed': '1',
    },
    children: groupedChildren(shape, groups, below),
    edges: shape.edges
      .filter(({ to }) => !below.has(to))
      .map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  };
}

/** Reads the places out of elk's answer, and puts what stands under a node there. Exported for tests. */
export function fromElkGraph(graph: ElkNode, shape: GraphShape, groups: ReadonlyMap<string, string>): Positions {
  const positions = new Map<string, Position>();
  const take = (nodes: readonly ElkNode[], left: number, top: number): void => {
    for (const { id, x = 0, y = 0, children } of nodes) {
      if (children && children.length > 0) take(children, left + x, top + y);
      else positions.set(id, { x: Math.round(left + x), y: Math.round(top + y) });
    }
  };
  take(graph.children ?? [], 0, 0);
  for (const [task, host] of placedBelow(shape, groups)) {
    const place = positions.get(host);
    if (place) positions.set(task, placeUnder(place, positions));
  }
  return positions;
}

/** Computes a layered layout; `groups` names the group of a node, an empty name means none. */
export type LayoutGraph = (shape: GraphShape, groups: ReadonlyMap<string, string>) => Promise<Positions>;

/**
 * ms that elk is kept after a layout. While one drags services around or folds groups, layouts follow each other; kept longer, its
 * heap of 11 MB is gone through by the garbage collector every now and then, for a start that takes a tenth of a second.
 */
const KEPT_MS = 10_000;

/** Loads elk (1.4 MB) when a layout is asked for, and runs it in a worker: the window stays live meanwhile. */
async function startEngine(): Promise<ELK> {
  const [{ default: Elk }, { default: workerUrl }] = await Promise.all([
    import('elkjs/lib/elk-api'),
    import('elkjs/lib/elk-worker.min.js?url'),
  ]);
  return new Elk({ algorithms: ['layered'], workerFactory: () => new Worker(workerUrl) });
}

const withEngine = keptWhileUsed(startEngine, (engine) => engine.terminateWorker(), KEPT_MS);

/** {@link LayoutGraph} with elk in a web worker. */
export const layoutInWorker: LayoutGraph = async (shape, groups) => {
  if (shape.nodes.length === 0) return new Map();
  const graph = await withEngine((engine) => engine.layout(toElkGraph(shape, groups)));
  return fromElkGraph(graph, shape, groups);
};
