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
