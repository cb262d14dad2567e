import { useCallback, useMemo, useState } from 'react';
import type { GraphEdge } from '../../../shared/contract/gen/graph_pb.ts';
import type { Call } from '../../../shared/contract/gen/traffic_pb.ts';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { callActions, openCall } from '../../state/callActions.ts';
import { useLiveCalls } from '../../state/calls.ts';
import { selectEdge } from '../../state/navigation.ts';
import { edgeKey, isOfEvents, useTraffic } from '../../state/traffic.ts';
import { CallList, type MenuPlace } from '../../ui/CallList.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { SectionTitle } from '../../ui/DefinitionList.tsx';
import { PauseChip } from '../../ui/PauseChip.tsx';
import { formatLatency, formatRate, formatShare } from '../../ui/trafficFormat.ts';
import classes from './CallsTab.module.css';
import type { TabProps } from './tab.ts';

/** Calls looked through for the slow ones. */
const asked = 300;

/** Slow calls listed. */
const slowest = 50;

const views = [
  { id: 'recent', title: 'Recent' },
  { id: 'slow', title: 'Slow' },
  { id: 'failed', title: 'Failed' },
] as const;

type View = (typeof views)[number]['id'];

function EdgeRow({ edge, other }: { edge: GraphEdge; other: string }) {
  return (
    <button type="button" className={classes.edge} onClick={() => selectEdge(edgeKey(edge.from, edge.to))}>
      <span className={classes.other}>
        {topicOf(other) ?? other}
        {topicOf(other) === undefined ? null : <span className={classes.kind}> topic</span>}
      </span>{' '}
      <span className={classes.figures}>
        {edge.calls === 0 ? (
          'never called'
        ) : (
          <>
            {formatRate(edge.rate)}
            {edge.rate > 0 && !isOfEvents(edge) ? ` · p95 ${formatLatency(edge.p95Ms)}` : ''}
            {edge.errorShare > 0 ? <span className={classes.bad}> · ▲ {formatShare(edge.errorShare)}</span> : null}
          </>
        )}
      </span>
    </button>
  );
}

/** Whom the service calls and who calls it, each leading to the calls of that edge. */
function Edges({ name }: { name: string }) {
  const edges = useTraffic((state) => state.edges);
  const byRate = (a: GraphEdge, b: GraphEdge): number => b.rate - a.rate;
  const incoming = [...edges.values()].filter(({ to }) => to === name).sort(byRate);
  const outgoing = [...edges.values()].filter(({ from }) => from === name).sort(byRate);
  return (
    <>
      {incoming.length > 0 ? <SectionTitle>Called by</SectionTitle> : null}
      {incoming.map((edge) => (
        <EdgeRow key={edge.from} edge={edge} other={edge.from} />
      ))}
      {outgoing.length > 0 ? <SectionTitle>Calls</SectionTitle> : null}
      {outgoing.map((edge) => (
        <EdgeRow key={edge.to} edge={edge} other={edge.to} />
      ))}
    </>
  );
}

const nothing: Record<View, { title: string; text: string }> = {
  recent: { title: 'No call yet', text: 'Calls that pass the gateway or the proxy appear here.' },
  slow: { title: 'No call yet', text: 'Calls that pass the gateway or the proxy appear here.' },
  failed: { title: 'No failed call', text: 'None of the calls that are kept has failed.' },
};

/** The calls to a service: the last ones, the slow ones, the failed ones. */
export function CallsTab({ service }: TabProps) {
  const { name } = service;
  const [view, setView] = useState<View>('recent');
  const [held, setHeld] = useState(false);
  const [menu, setMenu] = useState<{ call: Call; at: MenuPlace }>();
  const openMenu = useCallback((call: Call, at: MenuPlace) => setMenu({ call, at }), []);
  const live = useLiveCalls({ to: name, failedOnly: view === 'failed', limit: asked }, held || menu !== undefined);
  const calls = useMemo(
    () =>
      view === 'slow' ? [...live.calls].sort((a, b) => b.durationMs - a.durationMs).slice(0, slowest) : live.calls,
    [live.calls, view],
  );
  return (
    <>
      <Edges name={name} />
      <div className={classes.bar}>
        {views.map(({ id, title }) => (
          <Chip key={id} pressed={view === id} onClick={() => setView(id)}>
            {title}
          </Chip>
        ))}
        <span className={classes.grow} />
        <PauseChip held={held} waiting={live.waiting} onHeld={setHeld} />
      </div>
      <CallList
        calls={calls}
        loaded={live.loaded}
        error={live.error}
        label={`Calls to ${name}`}
        empty={nothing[view]}
        onOpen={openCall}
        onMenu={openMenu}
      />
      <ContextMenu
        at={menu?.at}
        onClose={() => setMenu(undefined)}
        label={menu ? `${menu.call.method} ${menu.call.path}` : ''}
        items={menu ? callActions(menu.call) : []}
      />
    </>
  );
}
