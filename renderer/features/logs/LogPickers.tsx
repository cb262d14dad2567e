import { useEffect, useState } from 'react';
import type { Run } from '../../../shared/contract/gen/service_details_pb.ts';
import { ownLogs } from '../../../shared/contract/ownLogs.ts';
import { serviceColour } from '../../../shared/lib/serviceColour.ts';
import { api } from '../../client/api.ts';
import { useServiceNames } from '../../state/serverState.ts';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { formatMoment } from '../../ui/format.ts';
import { type LeastLevel, logLevels } from './logQueryText.ts';
import type { LogViewState } from './logViewState.ts';
import classes from './Logs.module.css';
import { formatLogTime } from './logTime.ts';

/** Runs offered in the menu; older ones are reached by the runs tab of the service. */
const offeredRuns = 30;

/** Above so many services the menu of services gets a field to narrow it. */
const filterFrom = 12;

/** Logs that no service writes, and what they are called in the menu. */
const ownLogNames: readonly { readonly name: string; readonly label: string }[] = [
  { name: ownLogs.gateway, label: 'gateway (requests)' },
  { name: ownLogs.proxy, label: 'proxy (requests)' },
  { name: ownLogs.server, label: 'micro (the server)' },
];

interface PickerProps {
  readonly view: LogViewState;
  readonly onView: (change: Partial<LogViewState>) => void;
}

function servicesText(services: readonly string[]): string {
  if (services.length === 0) return 'All services';
  return services.length <= 2 ? services.join(', ') : `${services.length} services`;
}

/** Which services are shown. */
export function ServicePicker({ view, onView }: PickerProps) {
  const names = useServiceNames();
  const [filter, setFilter] = useState('');
  const chosen = new Set(view.services);
  const shown = names.filter((name) => name.includes(filter.toLowerCase()));
  const toggle = (name: string): void => {
    const next = chosen.has(name) ? view.services.filter((other) => other !== name) : [...view.services, name];
    onView({ services: next.sort(), run: next.length === 1 ? view.run : Math.min(view.run, 0) });
  };
  const choices = [
    {
      key: '*',
      label: 'All services',
      chosen: chosen.size === 0,
      pick: () => onView({ services: [], run: Math.min(view.run, 0) }),
    },
    ...shown.map((name) => ({
      key: name,
      label: (
        <span className={classes.picker}>
          <b style={{ background: serviceColour(name) }} />
          {name}
        </span>
      ),
      chosen: chosen.has(name),
      pick: () => toggle(name),
    })),
    ...ownLogNames
      .filter(({ name, label }) => !names.includes(name) && label.includes(filter.toLowerCase()))
      .map(({ name, label }) => ({ key: name, label, chosen: chosen.has(name), pick: () => toggle(name) })),
  ];
  return (
    <ChoiceMenu
      text={servicesText(view.services)}
      label="Services"
      choices={choices}
      active={chosen.size > 0}
      several
      onOpen={() => setFilter('')}
    >
      {names.length >= filterFrom ? (
        <div className={classes.search}>
          <input
            data-autofocus
            placeholder="Narrow"
            aria-label="Narrow the list of services"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </div>
      ) : null}
    </ChoiceMenu>
  );
}

/** The least level that is shown, and the stream. */
export function LevelPicker({ view, onView }: PickerProps) {
  const levels: readonly LeastLevel[] = ['', ...logLevels.slice(1)];
  const streams = ['stdout', 'stderr', 'tty', 'build', 'micro', 'otlp'] as const;
  const text = [view.least === '' ? '' : `${view.least}+`, view.stream].filter((part) => part !== '').join(' · ');
  const choices = [
    ...levels.map((least) => ({
      key: `level-${least}`,
      group: 'levels',
      label: least === '' ? 'All levels' : least === 'fatal' ? 'fatal only' : `${least} and above`,
      chosen: view.least === least,
      pick: () => onView({ least }),
    })),
    {
      key: 'streams',
      group: 'streams',
      label: 'All streams',
      chosen: view.stream === '',
      pick: () => onView({ stream: '' }),
    },
    ...streams.map((stream) => ({
      key: stream,
      group: 'streams',
      label: `Only ${stream}`,
      chosen: view.stream === stream,
      pick: () => onView({ stream }),
    })),
  ];
  return (
    <ChoiceMenu
      text={text === '' ? 'All levels' : text}
      label="Levels and streams"
      choices={choices}
      active={text !== ''}
    />
  );
}

function useRuns(service: string | undefined, wanted: boolean): readonly Run[] {
  const [state, setState] = useState<{ service: string; runs: readonly Run[] }>();
  useEffect(() => {
    if (service === undefined || !wanted) return undefined;
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      const { runs } = await api().desktop.runs({ service, limit: offeredRuns }, { signal: abort.signal });
      setState({ service, runs });
    };
    // Without the list the menu still offers all runs and the last one.
    load().catch(() => undefined);
    return () => abort.abort();
  }, [service, wanted]);
  return state !== undefined && state.service === service ? state.runs : [];
}

function runLabel(run: Run, now: number): string {
  const how = run.endedAt > 0 ? run.outcome : 'now';
  return `Run ${run.run} · ${formatMoment(run.startedAt, now)} · ${how}`;
}

/** Which runs are shown: all, the last of each service, or one. */
export function RunPicker({ view, onView }: PickerProps) {
  const [opened, setOpened] = useState(0);
  const service = view.services.length === 1 ? view.services[0] : undefined;
  const runs = useRuns(service, opened > 0);
  const choices = [
    { key: 'all', label: 'All runs', chosen: view.run === 0, pick: () => onView({ run: 0 }) },
    { key: 'last', label: 'Only since the last start', chosen: view.run === -1, pick: () => onView({ run: -1 }) },
    ...runs.map((run) => ({
      key: String(run.run),
      label: runLabel(run, opened),
      chosen: view.run === run.run,
      pick: () => onView({ run: run.run }),
    })),
  ];
  const text = view.run === 0 ? 'All runs' : view.run === -1 ? 'Last run' : `Run ${view.run}`;
  return (
    <ChoiceMenu
      text={text}
      label="Runs"
      choices={choices}
      active={view.run !== 0}
      onOpen={() => setOpened(Date.now())}
    />
  );
}

const spans: readonly { minutes: number; label: string }[] = [
  { minutes: 0, label: 'All time' },
  { minutes: 5, label: 'Last 5 min' },
  { minutes: 15, label: 'Last 15 min' },
  { minutes: 60, label: 'Last hour' },
  { minutes: 24 * 60, label: 'Last day' },
];

function clock(timeUs: number): string {
  return formatLogTime(timeUs, 'local', 0).slice(0, 8);
}

/** The stretch of time that is shown. */
export function TimePicker({ view, onView }: PickerProps) {
  const byHand = view.sinceUs > 0 || view.untilUs > 0;
  const from = view.sinceUs > 0 ? clock(view.sinceUs) : '';
  const text = byHand
    ? view.untilUs > 0
      ? `${from} to ${clock(view.untilUs)}`
      : `since ${from}`
    : (spans.find(({ minutes }) => minutes === view.minutes)?.label ?? `Last ${view.minutes} min`);
  const choices = spans.map(({ minutes, label }) => ({
    key: label,
    label,
    chosen: !byHand && view.minutes === minutes,
    pick: () => onView({ minutes, sinceUs: 0, untilUs: 0 }),
  }));
  return <ChoiceMenu text={text} label="Time" choices={choices} active={byHand || view.minutes !== 0} />;
}
