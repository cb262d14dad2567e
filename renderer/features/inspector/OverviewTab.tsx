import { IconCopy, IconExternalLink } from '@tabler/icons-react';
import { Fragment } from 'react';
import { type Instance, Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { bridge, openExternal } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { useServices } from '../../state/serverState.ts';
import { copyText, editFile, parseDeclaredAt } from '../../state/serviceCommands.ts';
import { useUsage } from '../../state/usage.ts';
import { shortPath } from '../../state/shortPath.ts';
import { DefinitionList, Fact, SectionTitle } from '../../ui/DefinitionList.tsx';
import { formatBytes, formatDuration, formatPercent } from '../../ui/format.ts';
import { baseName } from '../../ui/path.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { StatusIcon } from '../../ui/StatusIcon.tsx';
import { startRule } from '../../ui/startNote.ts';
import { lookOf } from '../../ui/status.ts';
import { Since, Until } from '../../ui/Time.tsx';
import { formatCount } from '../../ui/trafficFormat.ts';
import classes from './Inspector.module.css';
import { ReloadSection } from './ReloadSection.tsx';
import type { TabProps } from './tab.ts';

/** Values that fill the small line: a minute. */
const USAGE_SECONDS = 60;

/** Width of that line, px. */
const USAGE_WIDTH = 140;

/** The facts of a service: where it listens, what runs, what it costs, whom it needs. */
export function OverviewTab({ service, onSelect }: TabProps) {
  const [first] = service.instances;
  const single = service.instances.length <= 1;
  return (
    <>
      <DefinitionList>
        {single ? <Fact term="Address">{first?.address ? <Address address={first.address} /> : null}</Fact> : null}
        <Fact term={service.kind === Kind.EXTERNAL ? 'Checked at' : 'Process'}>
          {service.command ? <code>{service.command}</code> : null}
        </Fact>
        {single ? (
          <Fact term="Up">
            {first && first.startedAt > 0 ? (
              <>
                <Since at={first.startedAt} />{' '}
                <span className={classes.dim}>
                  · run {first.run}
                  {first.pid > 0 ? ` · pid ${first.pid}` : ''}
                </span>
              </>
            ) : null}
          </Fact>
        ) : null}
        <Fact term="Start">{startRule(service)}</Fact>
        <Fact term="Next run">
          {service.nextRunAt > 0 ? (
            <>
              in <Until at={service.nextRunAt} />
            </>
          ) : null}
        </Fact>
        <Debuggers service={service} />
        <UsageFact name={service.name} />
        <Fact term="Needs">
          {service.dependsOn.length > 0 ? <Needs service={service} onSelect={onSelect} /> : null}
        </Fact>
        <NeededBy name={service.name} onSelect={onSelect} />
        <Fact term="Ready by">{service.readyBy ? <ReadyBy text={service.readyBy} instance={first} /> : null}</Fact>
        <Fact term="Restarts">{service.restarts > 0 ? service.restarts : null}</Fact>
        <Fact term="Folder">
          {service.folder ? <span title={service.folder}>{shortPath(service.folder)}</span> : null}
        </Fact>
        <Fact term="Declared at">{service.declaredAt ? <Declared at={service.declaredAt} /> : null}</Fact>
        <Fact term="Labels">{service.labels.join(', ')}</Fact>
      </DefinitionList>
      {single ? null : <Instances instances={service.instances} />}
      <ReloadSection service={service} />
    </>
  );
}

function Address({ address }: { address: string }) {
  return (
    <span className={classes.copyRow}>
      <code>{address}</code>
      <button
        type="button"
        className={classes.iconButton}
        aria-label="Copy address"
        title="Copy address"
        onClick={() => copyText(address, 'Address')}
      >
        <IconCopy size={14} />
      </button>
      <button
        type="button"
        className={classes.iconButton}
        aria-label="Open in browser"
        title={`Open http://${address}/`}
        onClick={() => void attempt('The browser could not be opened', () => openExternal(`http://${address}/`))}
      >
        <IconExternalLink size={14} />
      </button>
    </span>
  );
}

/** Where a debugger attaches, for each copy that was started with it. */
function Debuggers({ service }: { service: Service }) {
  const open = service.instances.filter((instance) => instance.debugger !== '');
  if (open.length === 0) return null;
  return (
    <Fact term="Debugger">
      {open.map((instance) => (
        <span key={instance.id} className={classes.copyRow}>
          <code>{instance.debugger}</code>
          <span className={classes.dim}>{instance.debuggerKind}</span>
          <button
            type="button"
            className={classes.iconButton}
            aria-label="Copy the address of the debugger"
            title="Copy the address of the debugger"
            onClick={() => copyText(instance.debugger, 'Address')}
          >
            <IconCopy size={14} />
          </button>
        </span>
      ))}
    </Fact>
  );
}

function UsageFact({ name }: { name: string }) {
  const usage = useUsage(name);
  if (!usage) return null;
  return (
    <>
      <Fact term="CPU">
        <span className={classes.usage}>
          <span>{formatPercent(usage.cpuPercent)}</span>
          <Sparkline
            values={usage.history.cpu}
            width={USAGE_WIDTH}
            capacity={USAGE_SECONDS}
            label="CPU over the last minute"
          />
        </span>
      </Fact>
      <Fact term="Memory">
        <span className={classes.usage}>
          <span>{formatBytes(usage.memoryBytes)}</span>
          <Sparkline
            values={usage.history.memory}
            width={USAGE_WIDTH}
            capacity={USAGE_SECONDS}
            label="Memory over the last minute"
          />
        </span>
      </Fact>
      <Fact term="Processes">
        {usage.processes} <span className={classes.dim}>· {formatCount(usage.threads, 'thread')}</span>
      </Fact>
      <Fact term="Ports">{usage.ports.length > 1 ? usage.ports.join(', ') : null}</Fact>
    </>
  );
}

function Needs({ service, onSelect }: TabProps) {
  const services = useServices();
  return (
    <span className={classes.links}>
      {service.dependsOn.map((dependency, i) => {
        const other = services.get(dependency.service);
        const waiting = service.status === Status.PENDING && service.waitingFor.includes(dependency.service);
        return (
          <Fragment key={dependency.service}>
            <span>
              <button
                type="button"
                className={classes.link}
                title={`${dependency.condition || 'ready'}${other ? `, now ${lookOf(other.status).word}` : ', not there'}`}
                onClick={() => onSelect(dependency.service)}
              >
                {dependency.service}
              </button>
              {waiting ? <span className={classes.dim}> (waiting)</span> : null}
              {i < service.dependsOn.length - 1 ? ',' : ''}
            </span>
          </Fragment>
        );
      })}
    </span>
  );
}

function NeededBy({ name, onSelect }: { name: string; onSelect: (name: string) => void }) {
  const services = useServices();
  const others = [...services.values()]
    .filter((other) => other.dependsOn.some((dependency) => dependency.service === name))
    .map((other) => other.name)
    .sort();
  if (others.length === 0) return null;
  return (
    <Fact term="Needed by">
      <span className={classes.links}>
        {others.map((other, i) => (
          <span key={other}>
            <button type="button" className={classes.link} onClick={() => onSelect(other)}>
              {other}
            </button>
            {i < others.length - 1 ? ',' : ''}
          </span>
        ))}
      </span>
    </Fact>
  );
}

function ReadyBy({ text, instance }: { text: string; instance: Instance | undefined }) {
  const tookMs = instance && instance.readyAt > 0 ? instance.readyAt - instance.startedAt : undefined;
  return (
    <>
      <code>{text}</code>
      {tookMs === undefined ? null : <span className={classes.dim}> after {formatDuration(tookMs)}</span>}
    </>
  );
}

function Declared({ at }: { at: string }) {
  const place = parseDeclaredAt(at);
  const label = place ? `${baseName(place.file)}:${place.line}` : baseName(at);
  if (!place || !bridge) return <span title={at}>{label}</span>;
  return (
    <button type="button" className={classes.link} title={at} onClick={() => editFile(place.file, place.line)}>
      {label}
    </button>
  );
}

function Instances({ instances }: { instances: Service['instances'] }) {
  return (
    <>
      <SectionTitle>Instances</SectionTitle>
      <ul className={classes.instances}>
        {instances.map((instance) => {
          const look = lookOf(instance.status);
          return (
            <li key={instance.id}>
              <StatusIcon look={look} />
              <span className="visually-hidden">{look.word}</span>
              <code>{instance.address || 'no address yet'}</code>
              <span className={classes.dim}>{instance.pid > 0 ? `pid ${instance.pid}` : ''}</span>
              <span className={classes.instanceUp} title={`run ${instance.run}`}>
                {instance.status === Status.RUNNING && instance.startedAt > 0 ? (
                  <Since at={instance.startedAt} />
                ) : (
                  look.word
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
