import { ReactFlowProvider } from '@xyflow/react';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { selectService } from '../../state/navigation.ts';
import { useShownProject } from '../../state/projectFilter.ts';
import { useLoaded } from '../../state/serverState.ts';
import { EmptyState, LoadingState } from '../../ui/States.tsx';
import classes from './Graph.module.css';
import { GraphCanvas } from './GraphCanvas.tsx';
import { GraphToolbar } from './GraphToolbar.tsx';
import { collapseShape, type Grouping } from './graphModel.ts';
import { membersOf } from './graphNodes.ts';
import { type GraphView, loadGraphView, saveGraphView } from './graphView.ts';
import { useGraphShape } from './useGraphShape.ts';
import { usePositions } from './usePositions.ts';

/** Key under which the view of all projects together is kept; a folder is never called so. */
const allProjects = '*';

function useGraphView(key: string): [GraphView, (change: Partial<GraphView>) => void] {
  const [state, setState] = useState(() => ({ key, view: loadGraphView(window.localStorage, key) }));
  const current = state.key === key ? state : { key, view: loadGraphView(window.localStorage, key) };
  if (current !== state) setState(current);
  const change = (part: Partial<GraphView>): void => {
    setState((before) => {
      const view = { ...before.view, ...part };
      saveGraphView(window.localStorage, before.key, view);
      return { key: before.key, view };
    });
  };
  return [current.view, change];
}

/** The map of the services: what there is, how it is, and what needs what. */
export function GraphPage() {
  const project = useShownProject();
  const folder = project?.folder ?? allProjects;
  const [view, changeView] = useGraphView(folder);
  const { shape, groups } = useGraphShape(project?.name, view.grouping, view.core);
  const collapsed = useMemo(() => new Set(view.collapsed), [view.collapsed]);
  const members = useMemo(() => membersOf(groups), [groups]);
  const shownShape = useMemo(() => collapseShape(shape, groups, collapsed), [shape, groups, collapsed]);
  const { positions, move, tidy, undoTidy } = usePositions(
    `${folder}:${view.grouping}`,
    shape,
    groups,
    view.viewport !== undefined,
  );
  const loaded = useLoaded();

  const setCollapsed = (group: string, isCollapsed: boolean): void => {
    const rest = view.collapsed.filter((other) => other !== group);
    changeView({ collapsed: isCollapsed ? [...rest, group] : rest });
  };

  return (
    <section className={classes.page} aria-label="Graph">
      <GraphToolbar
        grouping={view.grouping}
        onGroup={(grouping: Grouping) => changeView({ grouping, collapsed: [], viewport: undefined })}
        core={view.core}
        onCore={(core) => changeView({ core })}
        onTidy={positions && shape.nodes.length > 0 ? () => void tidy() : undefined}
        onUndoTidy={undoTidy}
      />
      {!loaded ? (
        <LoadingState label="Loading the graph" />
      ) : shape.nodes.length === 0 ? (
        <EmptyState
          icon={<IconTopologyStar3 size={28} stroke={1.4} />}
          title="No services yet"
          text="Open a project, or add a service with micro run, and it appears here with what it needs."
        />
      ) : !positions ? (
        <LoadingState label="Arranging the graph" />
      ) : (
        <ReactFlowProvider key={`${folder}:${view.grouping}`}>
          <GraphCanvas
            shape={shownShape}
            positions={positions}
            groups={groups}
            members={members}
            collapsed={collapsed}
            viewport={view.viewport}
            onMove={move}
            onViewport={(viewport) => changeView({ viewport })}
            onCollapse={setCollapsed}
            onSelect={selectService}
          />
        </ReactFlowProvider>
      )}
    </section>
  );
}
