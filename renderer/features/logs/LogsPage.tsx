import { useState } from 'react';
import { Chip } from '../../ui/Chip.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { Histogram } from './Histogram.tsx';
import { type LogBarProps, LogPane } from './LogPane.tsx';
import { LevelPicker, RunPicker, ServicePicker, TimePicker } from './LogPickers.tsx';
import { setLogPrefs, useLogPrefs } from './logPrefs.ts';
import classes from './Logs.module.css';
import { LogSearchField } from './LogSearchField.tsx';
import { ClearFilters, ExportMenu, FollowChip, MoreMenu, SavedSearches, TimeStylePicker } from './LogTools.tsx';
import { type LogViewState, readLogViewState } from './logViewState.ts';
import { useLogPart } from './useLog.ts';

const storageKey = 'micro.logs.page.v1';

function loadView(): LogViewState {
  try {
    return readLogViewState(JSON.parse(window.localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    return readLogViewState({});
  }
}

function saveView(view: LogViewState): void {
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(view));
  } catch {
    // Without storage the view lasts as long as the page.
  }
}

function PageBars({ view, change, replace, controller, search, input, exportAs, focusLog }: LogBarProps) {
  const { wrap, timeStyle, histogram } = useLogPrefs();
  const cursor = useLogPart(controller, (snapshot) => snapshot.cursor);
  return (
    <>
      <Toolbar
        title="Logs"
        right={
          <>
            <span className={classes.wideBar}>
              <Chip pressed={histogram} onClick={() => setLogPrefs({ histogram: !histogram })}>
                Histogram
              </Chip>
              <Chip pressed={wrap} onClick={() => setLogPrefs({ wrap: !wrap })}>
                Wrap
              </Chip>
              <TimeStylePicker />
              <ExportMenu onExport={exportAs} />
            </span>
            <FollowChip controller={controller} />
            <span className={classes.narrowBar}>
              <MoreMenu view={view} onView={replace} onExport={exportAs} />
            </span>
          </>
        }
      >
        <ServicePicker view={view} onView={change} />
        <LevelPicker view={view} onView={change} />
        <RunPicker view={view} onView={change} />
        <TimePicker view={view} onView={change} />
        <ClearFilters view={view} onView={replace} />
      </Toolbar>
      <div className={classes.searchBar}>
        <LogSearchField
          view={view}
          onView={change}
          search={search}
          cursor={cursor}
          input={input}
          compact={false}
          onLeave={focusLog}
        />
        <SavedSearches view={view} onView={replace} />
      </div>
      {histogram ? (
        <Histogram
          controller={controller}
          timeStyle={timeStyle}
          onRange={(sinceUs, untilUs) => change({ sinceUs, untilUs, minutes: 0 })}
        />
      ) : null}
    </>
  );
}

/** The logs of all services, or of some, merged by time. */
export function LogsPage() {
  const [view, setView] = useState(loadView);
  const change = (next: LogViewState): void => {
    setView(next);
    saveView(next);
  };
  return (
    <section className={classes.page} aria-label="Logs">
      <LogPane view={view} onView={change} compact={false} visible bars={(props) => <PageBars {...props} />} />
    </section>
  );
}
