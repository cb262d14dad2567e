import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { useStore } from 'zustand';
import { useService } from '../../state/serverState.ts';
import { trafficStore } from '../../state/traffic.ts';
import { useUsage } from '../../state/usage.ts';
import { formatBytes, formatPercent } from '../../ui/format.ts';
import { LanguageMark } from '../../ui/LanguageMark.tsx';
import { swapNoteMs } from '../../ui/reloadNote.ts';
import { ServiceName } from '../../ui/ServiceName.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { statusOf } from '../../ui/status.ts';
import { StatusBadge } from '../../ui/StatusIcon.tsx';
import { formatLatency, formatRate, formatShare } from '../../ui/trafficFormat.ts';
import { ToneBadge } from '../../ui/ToneBadge.tsx';
import { useNowUntil } from '../../ui/useNow.ts';
import classes from './GraphNode.module.css';
import { usePointing } from './graphStore.ts';
import { instancesText, kindText, nodeBadge, nodeLabel, portText, waitText } from './nodeText.ts';

/** Values that fill the small line: a minute. */
const minute = 60;

function RateLine({ name }: { name: string }) {
  const history = useStore(trafficStore, (state) => state.history.get(name));
  if (!history) return null;
  return (
    <Sparkline
      values={history}
      width={38}
      height={14}
      capacity={minute}
      label="Calls a second over the last minute"
      colour="var(--accent)"
    />
  );
}

/** How often a service is called, how long it takes and how much fails. */
function TrafficLine({ name }: { name: string }) {
  const rate = useStore(trafficStore, ({ nodes }) => formatRate(nodes.get(name)?.rate ?? 0));
  const p95 = useStore(trafficStore, ({ nodes }) => formatLatency(nodes.get(name)?.p95Ms ?? 0));
  const share = useStore(trafficStore, ({ nodes }) => formatShare(nodes.get(name)?.errorShare ?? 0));
  const isNear = usePointing((pointing) => pointing.distance === 'near');
  const isIdle = rate === '0/s';
  return (
    <div className={classes.figures}>
      <span title="Calls a second">{rate}</span>
      {isIdle ? null : (
        <>
          <span className={classes.latency} title="95 % of the calls were answered within">
            {isNear ? `p95 ${p95}` : p95}
          </span>
          <span title="Calls that failed" data-tone={share === '0 %' ? undefined : 'bad'}>
            {share === '0 %' ? share : `▲ ${share}`}
          </span>
        </>
      )}
      {isNear ? <RateLine name={name} /> : null}
    </div>
  );
}

function UsageLine({ name, port }: { name: string; port: string }) {
  const usage = useUsage(name);
  const isNear = usePointing((pointing) => pointing.distance === 'near');
  if (!usage && port === '') return null;
  return (
    <div className={classes.figures}>
      {port === '' ? null : <span>{port}</span>}
      {usage ? (
        <>
          <span>{formatPercent(usage.cpuPercent)}</span>
          <span>{formatBytes(usage.memoryBytes)}</span>
          {isNear ? (
            <Sparkline
              values={usage.history.cpu}
              width={38}
              height={14}
              capacity={minute}
              label="CPU over the last minute"
            />
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function NodeBody({ service }: { service: Service }) {
  const now = useNowUntil((service.reload?.at ?? 0) + swapNoteMs);
  const badge = nodeBadge(service, now);
  const waits = waitText(service);
  const kind = kindText(service);
  const instances = instancesText(service);
  const isUp = service.status === Status.RUNNING || service.instances.length > 0;
  const isCalled = useStore(trafficStore, ({ nodes }) => (nodes.get(service.name)?.calls ?? 0) > 0);
  // Seen from afar, figures cannot be read: they are not even made.
  const isFar = usePointing((pointing) => pointing.distance === 'far');
  return (
    <>
      <div className={classes.head}>
        <span className={classes.mark}>
          <LanguageMark language={service.language} kind={service.kind} />
        </span>
        <span className={classes.name}>
          <ServiceName name={service.name} />
        </span>
        {instances === '' ? null : <span className={classes.dim}>{instances}</span>}
        {kind === '' ? null : <span className={classes.dim}>{kind}</span>}
        <span className={classes.status}>
          <StatusBadge service={service} />
        </span>
      </div>
      {isFar ? null : waits !== '' ? (
        <div className={classes.figures} title={waits}>
          <span className={classes.ellipsis}>{waits}</span>
        </div>
      ) : isUp ? (
        isCalled ? (
          <TrafficLine name={service.name} />
        ) : (
          <UsageLine name={service.name} port={portText(service)} />
        )
      ) : null}
      {badge && !isFar ? (
        <div className={classes.badge}>
          <ToneBadge {...badge} />
        </div>
      ) : null}
    </>
  );
}

/** Ends of the lines: at a fixed height, so that a badge that comes or goes bends no line. */
export function NodeHandles() {
  return (
    <>
      <Handle type="target" position={Position.Left} className={classes.handle ?? ''} isConnectable={false} />
      <Handle type="source" position={Position.Right} className={classes.handle ?? ''} isConnectable={false} />
    </>
  );
}

/** A service on the graph. Draws itself again only when this service changes. */
export const ServiceNode = memo(function ServiceNode({ id }: NodeProps) {
  const service = useService(id);
  const selected = usePointing((pointing) => pointing.selected === id);
  const current = usePointing((pointing) => pointing.current === id);
  const lit = usePointing((pointing) => pointing.lit?.has(id) ?? false);
  if (!service) return null;
  const look = statusOf(service);
  const needs = service.dependsOn.map((dependency) => dependency.service);
  return (
    <div
      className={classes.node}
      data-node={id}
      data-tone={look.tone}
      data-selected={selected || undefined}
      data-lit={lit || undefined}
      role="button"
      aria-pressed={selected}
      tabIndex={current ? 0 : -1}
    >
      <NodeHandles />
      <span className="visually-hidden">{nodeLabel(service, look.word, needs)}</span>
      <div aria-hidden="true">
        <NodeBody service={service} />
      </div>
    </div>
  );
});
