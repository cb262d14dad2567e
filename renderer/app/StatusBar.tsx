import { IconHammer, IconPlayerPause } from '@tabler/icons-react';
import { chosenEnvironment } from '../client/environment.ts';
import { openPage } from '../state/navigation.ts';
import { useShownServices } from '../state/projectFilter.ts';
import { haltedServices, setReload } from '../state/reloadActions.ts';
import { useConnection, useNotices, useServerInfo } from '../state/serverState.ts';
import { setUi } from '../state/uiState.ts';
import { useTotalUsage } from '../state/usage.ts';
import { formatBytes, formatClock, formatPercent, noticeText } from '../ui/format.ts';
import { lastSaveFailed } from '../ui/reloadNote.ts';
import { StatusCount, StatusIcon } from '../ui/StatusIcon.tsx';
import { countByStatus, lookOf } from '../ui/status.ts';
import { linkLooks } from './EnvironmentChip.tsx';
import classes from './StatusBar.module.css';

/** The bottom of the window: the server, how many services have which status, what happened last, what all this costs. */
export function StatusBar() {
  const info = useServerInfo();
  const look = linkLooks[useConnection().status];
  return (
    <footer className={classes.bar} data-environment={chosenEnvironment.colour || undefined}>
      <span className={classes.link} data-tone={look.tone}>
        <StatusIcon look={look} />
        {look.word === 'connected' ? chosenEnvironment.name : `${chosenEnvironment.name} · ${look.word}`}
      </span>
      {info ? (
        <span className={classes.addresses}>
          gateway :{portOf(info.gateway)} · proxy :{portOf(info.proxy)}
        </span>
      ) : null}
      <Counts />
      <FailedReloads />
      <HaltedReloads />
      <div className={classes.right}>
        <LastEvent />
        <Total />
        {info ? <span>{info.version}</span> : null}
      </div>
    </footer>
  );
}

function portOf(address: string): string {
  return /:(\d+)\/?$/.exec(address)?.[1] ?? address;
}

function Counts() {
  const services = useShownServices();
  const counts = countByStatus(services);
  if (counts.length === 0) return services.length > 0 ? <span>nothing runs</span> : null;
  return (
    <span className={classes.counts}>
      {counts.map(({ status, count }) => (
        <button
          key={status}
          type="button"
          className={classes.count}
          title={`Show what is ${lookOf(status).word}`}
          onClick={() => {
            setUi({ serviceFilter: `status:${lookOf(status).word}` });
            openPage('services');
          }}
        >
          <StatusCount status={status} count={count} />
        </button>
      ))}
    </span>
  );
}

/** Services whose last save did not get through, while the version before it may go on serving. */
function FailedReloads() {
  const failed = useShownServices().filter(lastSaveFailed);
  if (failed.length === 0) return null;
  return (
    <button
      type="button"
      className={classes.count}
      data-tone="bad"
      title={failed.map((service) => service.name).join(', ')}
      onClick={() => {
        setUi({ serviceFilter: 'reload:failed' });
        openPage('services');
      }}
    >
      <IconHammer size={13} stroke={1.8} aria-hidden="true" />
      {failed.length === 1 ? `${failed[0]?.name}: last save failed` : `${failed.length} saves failed`}
    </button>
  );
}

/** Says that saves have no effect for the moment, and ends that with a click. */
function HaltedReloads() {
  const halted = haltedServices(useShownServices());
  if (halted.length === 0) return null;
  return (
    <button
      type="button"
      className={classes.count}
      data-tone="warn"
      title={`Resume hot reload of ${halted.join(', ')}`}
      onClick={() => void setReload(halted, false)}
    >
      <IconPlayerPause size={12} stroke={1.8} aria-hidden="true" />
      hot reload paused{halted.length > 1 ? ` (${halted.length})` : `: ${halted[0]}`}
    </button>
  );
}

function LastEvent() {
  const last = useNotices().at(-1);
  if (!last) return null;
  const text = noticeText(last);
  return (
    <span className={classes.event} data-level={last.level} title={`${formatClock(last.at)} ${text}`}>
      {text}
    </span>
  );
}

function Total() {
  const total = useTotalUsage();
  if (!total) return null;
  return (
    <>
      <span title="All services and the server, percent of one core">CPU {formatPercent(total.cpuPercent)}</span>
      <span title="All services and the server">{formatBytes(total.memoryBytes)}</span>
    </>
  );
}
