import { ReactFlow, useStore, type Viewport } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo, useRef, useState } from 'react';
import classes from './Graph.module.css';
import { CoreNode } from './CoreNode.tsx';
import { GraphControls } from './GraphControls.tsx';
import { GraphEdge } from './GraphEdge.tsx';
import { GraphMenu, menuPlace, type OpenMenu } from './GraphMenu.tsx';
import { type GraphShape, isPlain, type Position } from './graphModel.ts';
import { shownPositions, toFlowEdges } from './graphNodes.ts';
import { distanceAt, PointingContext } from './graphStore.ts';
import { GridBackground } from './GridBackground.tsx';
import { GroupFrames } from './GroupFrames.tsx';
import { GroupNode } from './GroupNode.tsx';
import { LineLabels } from './lineLabels.ts';
import { MovingDots } from './MovingDots.tsx';
import { OutsideNode } from './OutsideNode.tsx';
import { OverviewMap } from './OverviewMap.tsx';
import type { Positions } from './placement.ts';
import { type DrawnLine, RoutesContext } from './routes.ts';
import { ServiceNode } from './ServiceNode.tsx';
import { TopicNode } from './TopicNode.tsx';
import { fitOptions, miniMapFrom, useFit } from './useFit.ts';
import { useFlowNodes } from './useFlowNodes.ts';
import { useGraphActions } from './useGraphActions.ts';
import { useGraphKeys } from './useGraphKeys.ts';
import { usePointingStore } from './usePointingStore.ts';

const nodeTypes = { service: ServiceNode, group: GroupNode, outside: OutsideNode, topic: TopicNode, core: CoreNode };
const edgeTypes = { calls: GraphEdge };

/** Selection, focus and keys are the graph's own; what the canvas would do with them is turned off. */
const flowOptions = {
  /** The pointer may tremble so many px in a click without dragging the node. */
  nodeDragThreshold: 4,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  disableKeyboardA11y: true,
  zoomOnDoubleClick: false,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: null,
  onlyRenderVisibleElements: true,
  minZoom: 0.08,
  maxZoom: 2,
  proOptions: { hideAttribution: true },
} as const;

/** With more lines than this in one window none can be pointed at. */
const crowdedFrom = 300;

/** Whether the view is moved by a pointer that was pressed, which changes no scale. */
function isDrag(event: MouseEvent | TouchEvent | null): boolean {
  return event?.type === 'mousedown';
}

interface CanvasProps {
  readonly shape: GraphShape;
  readonly positions: Positions;
  readonly groups: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly collapsed: ReadonlySet<string>;
  readonly viewport: Viewport | undefined;
  readonly onMove: (moved: ReadonlyMap<string, Position>) => void;
  readonly onViewport: (viewport: Viewport | undefined) => void;
  readonly onCollapse: (group: string, collapsed: boolean) => void;
  readonly onSelect: (service: string | undefined) => void;
}

/** The canvas with its nodes, lines, keyboard and menu. */
export function GraphCanvas(props: CanvasProps) {
  const { shape, positions, groups, members, collapsed, onMove, onViewport, onCollapse, onSelect } = props;
  const shown = useMemo(() => shownPositions(shape, positions, members), [shape, positions, members]);
  const edges = useMemo(() => toFlowEdges(shape), [shape]);
  const [nodes, changeNodes] = useFlowNodes(shown, members);
  const [menu, setMenu] = useState<OpenMenu>();
  const canvas = useRef<HTMLDivElement>(null);
  const hasMap = shape.nodes.length >= miniMapFrom;
  const view = useFit(hasMap, props.viewport, onViewport);
  const distance = useStore(({ transform: [, , zoom] }) => distanceAt(zoom));
  const pointing = usePointingStore(shape, distance);
  const routes = useMemo(
    () => ({ obstacles: shown, routes: new Map<string, DrawnLine>(), labels: new LineLabels(shape.edges, shown) }),
    [shown, shape],
  );

  const { hover, open, pick, pickEdge } = useGraphActions({ canvas, shape, pointing, onCollapse, onSelect });
  const handleKey = useGraphKeys({ canvas, shape, shown, pointing, open, pick, pickEdge });

  const openMenuAt = (id: string, x: number, y: number): void => {
    if (isPlain(id)) return;
    pointing.setState({ current: id });
    setMenu({ id, at: menuPlace(canvas.current, id, x, y) });
  };

  return (
    <PointingContext value={pointing}>
      <RoutesContext value={routes}>
        <div
          ref={canvas}
          className={classes.canvas}
          data-distance={distance}
          data-crowded={shape.edges.length > crowdedFrom || undefined}
          onKeyDown={handleKey}
        >
          <ReactFlow
            aria-label="Graph of services. Arrow keys move, Enter opens the log or the topic, Space selects, e goes through the calls of the service, the menu key shows all actions."
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            onNodesChange={changeNodes}
            onNodeDragStop={(_event, _node, moved) =>
              onMove(new Map(moved.map((node) => [node.id, { x: node.position.x, y: node.position.y }])))
            }
            onNodeClick={(_event, node) => pick(node.id)}
            onNodeDoubleClick={(_event, node) => open(node.id)}
            onNodeContextMenu={(event, node) => {
              event.preventDefault();
              openMenuAt(node.id, event.clientX, event.clientY);
            }}
            onNodeMouseEnter={(_event, node) => hover(node.id)}
            onNodeMouseLeave={() => hover(undefined)}
            onNodeDragStart={() => hover(undefined)}
            onEdgeClick={(_event, edge) => pickEdge(edge.id)}
            onEdgeContextMenu={(event, edge) => {
              event.preventDefault();
              pickEdge(edge.id);
            }}
            onEdgeMouseEnter={(_event, edge) => pointing.setState({ hoveredEdge: edge.id })}
            onEdgeMouseLeave={() => pointing.setState({ hoveredEdge: undefined })}
            onPaneClick={() => onSelect(undefined)}
            onMoveStart={(event) => canvas.current?.toggleAttribute('data-panning', isDrag(event))}
            onMoveEnd={(event, viewport) => {
              canvas.current?.removeAttribute('data-panning');
              if (event) view.keep(viewport);
            }}
            {...(props.viewport
              ? { defaultViewport: props.viewport }
              : { fitView: true, fitViewOptions: fitOptions(hasMap) })}
            {...flowOptions}
          >
            <GridBackground />
            <MovingDots />
            <GroupFrames
              groups={groups}
              collapsed={collapsed}
              positions={shown}
              onCollapse={(group) => onCollapse(group, true)}
            />
            {hasMap ? <OverviewMap /> : null}
          </ReactFlow>
          <GraphControls view={view} />
          <GraphMenu
            open={menu}
            members={members}
            onClose={() => setMenu(undefined)}
            onExpand={(group) => onCollapse(group, false)}
          />
        </div>
      </RoutesContext>
    </PointingContext>
  );
}
