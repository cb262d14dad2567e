import { type Instance, Kind } from '../../../shared/contract/gen/state_pb.ts';
import { bridge } from '../../client/platform.ts';
import { editFile, parseDeclaredAt } from '../../state/serviceCommands.ts';
import { shortPath } from '../../state/shortPath.ts';
import { DefinitionList, Fact } from '../../ui/DefinitionList.tsx';
import { formatDuration } from '../../ui/format.ts';
import { baseName } from '../../ui/path.ts';
import { startRule } from '../../ui/startNote.ts';
import { Since, Until } from '../../ui/Time.tsx';
import { Address, Debuggers } from './Addresses.tsx';
import { NeededBy, Needs } from './Dependencies.tsx';
import classes from './Inspector.module.css';
import { Instances } from './Instances.tsx';
import { ReloadSection } from './ReloadSection.tsx';
import type { TabProps } from './tab.ts';
import { UsageFacts } from './UsageFacts.tsx';

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
        <UsageFacts name={service.name} />
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
