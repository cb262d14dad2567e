import { useUsage } from '../../state/usage.ts';
import { Fact } from '../../ui/DefinitionList.tsx';
import { formatBytes, formatPercent } from '../../ui/format.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { formatCount } from '../../ui/trafficFormat.ts';
import classes from './Inspector.module.css';

/** Values that fill the small line: a minute. */
const USAGE_SECONDS = 60;

/** Width of that line, px. */
const USAGE_WIDTH = 140;

/** What the processes of a service use. */
export function UsageFacts({ name }: { name: string }) {
  const usage = useUsage(name);
  if (!usage) return null;
  return (
    <>
      <UsageFact term="CPU" text={formatPercent(usage.cpuPercent)} values={usage.history.cpu} />
      <UsageFact term="Memory" text={formatBytes(usage.memoryBytes)} values={usage.history.memory} />
      <Fact term="Processes">
        {usage.processes} <span className={classes.dim}>· {formatCount(usage.threads, 'thread')}</span>
      </Fact>
      <Fact term="Ports">{usage.ports.length > 1 ? usage.ports.join(', ') : null}</Fact>
    </>
  );
}

/** What is used now, and a line of the last minute. */
function UsageFact({ term, text, values }: { term: string; text: string; values: readonly number[] }) {
  return (
    <Fact term={term}>
      <span className={classes.usage}>
        <span>{text}</span>
        <Sparkline
          values={values}
          width={USAGE_WIDTH}
          capacity={USAGE_SECONDS}
          label={`${term} over the last minute`}
        />
      </span>
    </Fact>
  );
}
