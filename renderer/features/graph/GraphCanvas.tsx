import { Background, BackgroundVariant, MiniMap, ReactFlow, useStore, type Viewport } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo, useRef, useState } from 'react';
import { openPage, selectEdge } from '../../state/navigation.ts';
import { openLog } from '../../state/panels.ts';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { isCore, outside } from '../../state/traffic.ts';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import classes from './Graph.module.css';
import { CoreNode, openCore } from './CoreNode.tsx';
import { GraphControls } from './GraphControls.tsx';
import { GraphEdge } from './GraphEdge.tsx';
import { groupMenu, serviceMenu } from './graphMenu.tsx';
import { type GraphShape, groupOfNodeId, neighboursOf, openingOf, type Position } from './graphModel.ts';
import { shownPositions, toFlowEdges } from './graphNodes.ts';
import { distanceAt, PointingContext } from './graphStore.ts';
import { GroupFrames } from './GroupFrames.tsx';
import { GroupNode } from './GroupNode.tsx';
import { MovingDots } from './MovingDots.tsx';
import { OutsideNode } from './OutsideNode.tsx';
import type { Positions } from './placement.ts';
import { type DrawnLine, RoutesContext } from './routes.ts';
import { ServiceNode } from './ServiceNode.tsx';
import { TopicNode } from './TopicNode.tsx';
import { fitOptions, miniMapFrom, miniMapSize, useFit } from './useFit.ts';
import { useFlowNodes } from './useFlowNodes.ts';
import { nodeElement, useGraphKeys } from './useGraphKeys.ts';
import { usePointingStore } from './usePointingStore.ts';

const nodeTypes = { service: ServiceNode, group: GroupNode, outside: OutsideNode, topic: TopicNode, core: CoreNode };
const edgeTypes = { calls: GraphEdge };

/** Whether a node is no service and no group: it has no log, no inspector and no menu. */
function isPlain(id: string): boolean {
  return id === outside || topicOf(id) !== undefined || isCore(id);
}

/** The pointer may tremble so many px in a click without dragging the node. */
const dragThresholdPx = 4;

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

interface OpenMenu {
  readonly id: string;
  readonly at: { readonly x: number; readonly y: number };
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
  const routes = useMemo(() => ({ obstacles: shown, routes: new Map<string, DrawnLine>() }), [shown]);

  const hover = (id: string | undefined): void => {
    pointing.setState({ hovered: id, lit: id === undefined ? undefined : neighboursOf(shape, id) });
    canvas.current?.toggleAttribute('data-hovering', id !== undefined);
  };

  const open = (id: string): void => {
    const opening = openingOf(id);
    if (opening === undefined) return;
    if ('log' in opening) openLog([opening.log]);
    else if ('topic' in opening) openPage('events', { topic: opening.topic });
    else if ('core' in opening) openCore(opening.core);
    else onCollapse(opening.group, false);
  };

  const pick = (id: string): void => {
    pointing.setState({ current: id });
    if (groupOfNodeId(id) === undefined && !isPlain(id)) onSelect(id);
  };

  /** Selects a line; one between groups stands for many and opens nothing. */
  const pickEdge = (id: string): void => {
    const edge = shape.edges.find((each) => each.id === id);
    if (edge?.parts.length === 1) selectEdge(edge.parts[0]);
  };

  const handleKey = useGraphKeys({ canvas, shape, shown, pointing, open, pick, pickEdge });

  const openMenuAt = (id: string, x: number, y: number): void => {
    const box = nodeElement(canvas.current, id)?.getBoundingClientRect();
    // The menu key has no place of its own.
    const at = x === 0 && y === 0 && box ? { x: box.left + 24, y: box.top + 24 } : { x, y };
    if (isPlain(id)) return;
    pointing.setState({ current: id });
    setMenu({ id, at });
  };

  const menuGroup = menu && groupOfNodeId(menu.id);
  const menuItems = !menu
    ? []
    : menuGroup === undefined
      ? serviceMenu(menu.id)
      : groupMenu(members.get(menuGroup) ?? [], () => onCollapse(menuGroup, false));

  return (
    <PointingContext value={pointing}>
      <RoutesContext value={routes}>
        <div ref={canvas} className={classes.canvas} data-distance={distance} onKeyDown={handleKey}>
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
            onMoveEnd={(event, viewport) => {
              if (event) view.keep(viewport);
            }}
            {...(props.viewport
              ? { defaultViewport: props.viewport }
              : { fitView: true, fitViewOptions: fitOptions(hasMap) })}
            nodeDragThreshold={dragThresholdPx}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            disableKeyboardA11y
            zoomOnDoubleClick={false}
            deleteKeyCode={null}
            selectionKeyCode={null}
            multiSelectionKeyCode={null}
            onlyRenderVisibleElements
            minZoom={0.08}
            maxZoom={2}
            proOptions={{ hideAttribution: true }}
          >
            <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} />
            <MovingDots />
            <GroupFrames
              groups={groups}
              collapsed={collapsed}
              positions={shown}
              onCollapse={(group) => onCollapse(group, true)}
            />
            {hasMap ? (
              <MiniMap
                className={classes.miniMap ?? ''}
                style={miniMapSize}
                pannable
                zoomable
                ariaLabel="Overview of the graph"
                bgColor="var(--surface)"
                nodeColor="var(--line-strong)"
                maskColor="color-mix(in srgb, var(--bg) 70%, transparent)"
              />
            ) : null}
          </ReactFlow>
          <GraphControls view={view} />
          <ContextMenu
            at={menu?.at}
            onClose={() => setMenu(undefined)}
            label={menuGroup ?? menu?.id ?? ''}
            items={menuItems}
          />
        </div>
      </RoutesContext>
    </PointingContext>
  );
}
