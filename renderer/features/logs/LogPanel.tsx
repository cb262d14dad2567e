import { createPortal } from 'react-dom';
import type { PanelProps } from '../../state/panels.ts';
import { type LogBarProps, LogPane } from './LogPane.tsx';
import { LevelPicker, ServicePicker } from './LogPickers.tsx';
import classes from './Logs.module.css';
import { LogSearchField } from './LogSearchField.tsx';
import { ClearFilters, FollowChip, MoreMenu } from './LogTools.tsx';
import { readLogViewState } from './logViewState.ts';
import { useLogPart } from './useLog.ts';

function TabBars({
  view,
  change,
  replace,
  controller,
  search,
  input,
  exportAs,
  focusLog,
  merged,
}: LogBarProps & { merged: boolean }) {
  const cursor = useLogPart(controller, (snapshot) => snapshot.cursor);
  return (
    <div className={classes.tabBar}>
      <LogSearchField
        view={view}
        onView={change}
        search={search}
        cursor={cursor}
        input={input}
        compact
        onLeave={focusLog}
      />
      {merged ? <ServicePicker view={view} onView={change} /> : null}
      <LevelPicker view={view} onView={change} />
      <ClearFilters view={view} onView={replace} />
      <FollowChip controller={controller} />
      <MoreMenu view={view} onView={replace} onExport={exportAs} />
    </div>
  );
}

/** A log as a tab of the bottom panel. Its bar stands beside the tabs where there is room. */
export function LogPanel({ params, visible, setParams, actionsSlot }: PanelProps) {
  const view = readLogViewState(params);
  const merged = params['merged'] === true || view.services.length !== 1;
  return (
    <section className={classes.page}>
      <LogPane
        view={view}
        onView={(next) => setParams({ ...next, merged })}
        compact
        visible={visible}
        bars={(props) => {
          const bars = <TabBars {...props} merged={merged} />;
          return actionsSlot ? createPortal(bars, actionsSlot) : <div className={classes.compactBar}>{bars}</div>;
        }}
      />
    </section>
  );
}
