import { IconArrowRight, IconX } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import type { Call } from '../../../shared/contract/gen/traffic_pb.ts';
import { callActions, openCall } from '../../state/callActions.ts';
import { useLiveCalls } from '../../state/calls.ts';
import { selectEdge, selectService } from '../../state/navigation.ts';
import { useService } from '../../state/serverState.ts';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { edgeEnds, isCore, isOfEvents, outside, trafficStore, useTraffic } from '../../state/traffic.ts';
import { Button } from '../../ui/Button.tsx';
import { CallList, type MenuPlace } from '../../ui/CallList.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { ContextMenu } from '../../ui/ContextMenu.tsx';
import { DefinitionList, Fact } from '../../ui/DefinitionList.tsx';
import { PauseChip } from '../../ui/PauseChip.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { Ago } from '../../ui/Time.tsx';
import { formatCount, formatLatency, formatRate, formatShare } from '../../ui/trafficFormat.ts';
import { figuresOf, type Health, lineWords } from './edgeFigures.ts';
import classes from './EdgeInspector.module.css';

/** Calls asked for at first; what comes later is added. */
const firstCalls = 50;

const healthWords: Record<Health, { word: string; mark: string }> = {
  unseen: { word: 'declared, never called', mark: '┄' },
  idle: { word: 'no calls lately', mark: '–' },
  ok: { word: 'no errors', mark: '●' },
  warn: { word: 'some errors', mark: '◆' },
  bad: { word: 'failing', mark: '▲' },
};

/** How events go is not how calls go: none of them fails here. */
function eventWords(health: Health): { word: string; mark: string } {
  return health === 'idle' || health === 'unseen'
    ? { word: 'no events lately', mark: '–' }
    : { word: 'events', mark: '●' };
}

function End({ name }: { name: string }) {
  const service = useService(name);
  const topic = topicOf(name);
  if (topic !== undefined) return <span title={`topic ${topic}`}>{topic}</span>;
  if (!service) return <span>{name}</span>;
  return (
    <button type="button" className={classes.end} title={name} onClick={() => selectService(name)}>
      {name}
    </button>
  );
}

function Figures({ edgeId }: { edgeId: string }) {
  const edge = useTraffic((state) => state.edges.get(edgeId));
  const windowMs = useTraffic((state) => state.windowMs);
  if (!edge) return null;
  const minutes = windowMs / 60_000;
  const span = minutes === 1 ? 'last minute' : `last ${minutes} minutes`;
  const hasRecent = edge.rate > 0;
  if (isOfEvents(edge))
    return (
      <DefinitionList>
        <Fact term="Rate">
          {formatRate(edge.rate)} <span className={classes.dim}>{span}</span>
        </Fact>
        <Fact term="Since start">{formatCount(edge.calls, 'event')}</Fact>
        <Fact term="Last event">{edge.lastAt > 0 ? <Ago at={edge.lastAt} /> : null}</Fact>
      </DefinitionList>
    );
  return (
    <DefinitionList>
      <Fact term="Rate">
        {formatRate(edge.rate)} <span className={classes.dim}>{span}</span>
      </Fact>
      <Fact term="Errors">
        {hasRecent ? (
          <span data-tone={edge.errorShare > 0 ? 'bad' : undefined} className={classes.figure}>
            {edge.errorShare > 0 ? '▲ ' : ''}
            {formatShare(edge.errorShare)}
          </span>
        ) : null}
      </Fact>
      <Fact term="Duration">
        {hasRecent ? (
          <span className={classes.percentiles}>
            <span title="Half of the calls took no longer">
              p50 <b>{formatLatency(edge.p50Ms)}</b>
            </span>
            <span title="95 % of the calls took no longer">
              p95 <b>{formatLatency(edge.p95Ms)}</b>
            </span>
            <span title="99 % of the calls took no longer">
              p99 <b>{formatLatency(edge.p99Ms)}</b>
            </span>
          </span>
        ) : null}
      </Fact>
      <Fact term="Since start">
        {formatCount(edge.calls, 'call')}, {formatCount(edge.errors, 'error')}
      </Fact>
      <Fact term="Last call">{edge.lastAt > 0 ? <Ago at={edge.lastAt} /> : null}</Fact>
      <Fact term="Declared">
        {edge.from === outside || isCore(edge.to) ? null : edge.declared ? 'in dependsOn' : 'no, only seen'}
      </Fact>
    </DefinitionList>
  );
}

function Calls({ from, to }: { from: string; to: string }) {
  const [failedOnly, setFailedOnly] = useState(false);
  const [held, setHeld] = useState(false);
  const [menu, setMenu] = useState<{ call: Call; at: MenuPlace }>();
  const openMenu = useCallback((call: Call, at: MenuPlace) => setMenu({ call, at }), []);
  const { calls, loaded, error, waiting } = useLiveCalls({ from, to, failedOnly, limit: firstCalls }, held || !!menu);
  return (
    <>
      <div className={classes.bar}>
        <h3 className={classes.heading}>Last calls</h3>
        <Chip pressed={failedOnly} onClick={() => setFailedOnly(!failedOnly)}>
          Failed
        </Chip>
        <PauseChip held={held} waiting={waiting} onHeld={setHeld} />
      </div>
      <CallList
        calls={calls}
        loaded={loaded}
        error={error}
        label={`Calls from ${from} to ${to}`}
        empty={
          failedOnly
            ? { title: 'No failed call', text: 'None of the calls that are kept has failed.' }
            : { title: 'No call yet', text: 'Calls appear here as they are made.' }
        }
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

/** The calls from one service to another: how many, how fast, how they end, and the last ones themselves. */
export function EdgeInspector({ edgeId }: { edgeId: string }) {
  const health = useTraffic(({ edges }) => figuresOf([edgeId], edges).health);
  // Read out when the edge is chosen, not with every change of a number.
  const [words] = useState(() => lineWords(figuresOf([edgeId], trafficStore.getState().edges)));
  const ends = edgeEnds(edgeId);
  if (!ends) {
    return (
      <EmptyState title="There is no such edge" action={<Button onClick={() => selectEdge(undefined)}>Close</Button>} />
    );
  }
  const { from, to } = ends;
  const ofEvents = isOfEvents(ends);
  const { word, mark } = ofEvents ? eventWords(health) : healthWords[health];
  return (
    <div
      className={classes.inspector}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        selectEdge(undefined);
      }}
    >
      <div className={classes.header}>
        <h2 className={classes.title}>
          <End name={from} />
          <IconArrowRight size={15} aria-label={ofEvents ? 'events go to' : 'calls'} />
          <End name={to} />
        </h2>
        <Button
          variant="quiet"
          aria-label="Close"
          title="Close"
          icon={<IconX size={15} />}
          onClick={() => selectEdge(undefined)}
        />
      </div>
      <div className={classes.health} data-health={health}>
        <span aria-hidden="true">{mark}</span> {word}
        <span className="visually-hidden" role="status">
          {topicOf(from) ?? from} to {topicOf(to) ?? to}: {words}
        </span>
      </div>
      <div className={classes.body}>
        <Figures edgeId={edgeId} />
        {ofEvents ? null : <Calls key={edgeId} from={from} to={to} />}
      </div>
    </div>
  );
}
