import { Tabs } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { focusInspector, offerInspector, returnFocus } from '../../state/focusReturn.ts';
import { selectService } from '../../state/navigation.ts';
import { useService } from '../../state/serverState.ts';
import { setUi, useUi } from '../../state/uiState.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { CallsTab } from './CallsTab.tsx';
import { EnvironmentTab } from './EnvironmentTab.tsx';
import classes from './Inspector.module.css';
import { InspectorHeader } from './InspectorHeader.tsx';
import { OverviewTab } from './OverviewTab.tsx';
import { RunsTab } from './RunsTab.tsx';
import { UsageTab } from './UsageTab.tsx';

const tabs = [
  { id: 'overview', title: 'Overview', component: OverviewTab },
  { id: 'environment', title: 'Environment', component: EnvironmentTab },
  { id: 'runs', title: 'Runs', component: RunsTab },
  { id: 'calls', title: 'Calls', component: CallsTab },
  { id: 'usage', title: 'Usage', component: UsageTab },
] as const;

/** Everything about the selected service. Esc leads back to where the keyboard came from. */
export function Inspector({ name }: { name: string }) {
  const service = useService(name);
  const chosen = useUi((state) => state.inspectorTab);
  const tab = tabs.find((each) => each.id === chosen) ?? tabs[0];
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => offerInspector(() => ref.current?.focus()), []);
  if (!service) {
    return (
      <EmptyState
        title={`There is no service ${name}`}
        text="It was removed, or its project is closed."
        action={<Button onClick={() => selectService(undefined)}>Close</Button>}
      />
    );
  }
  return (
    <div
      ref={ref}
      className={classes.inspector}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented && returnFocus()) event.stopPropagation();
      }}
    >
      <InspectorHeader service={service} />
      <Tabs
        value={tab.id}
        onChange={(value) => setUi({ inspectorTab: value ?? 'overview' })}
        keepMounted={false}
        classNames={{
          root: classes.tabs ?? '',
          list: classes.tabList ?? '',
          tab: classes.tab ?? '',
          panel: classes.panel ?? '',
        }}
      >
        <Tabs.List aria-label={`About ${name}`}>
          {tabs.map(({ id, title }) => (
            <Tabs.Tab key={id} value={id}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ id, component: Content }) => (
          <Tabs.Panel key={id} value={id} tabIndex={-1}>
            <Content
              service={service}
              onSelect={(other) => {
                selectService(other);
                focusInspector();
              }}
            />
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}
