import type { Build, Reload, ReloadEvent, Service } from '../../../shared/contract/gen/state_pb.ts';
import { serviceCommands } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { SectionTitle } from '../../ui/DefinitionList.tsx';
import { formatClock, formatDuration } from '../../ui/format.ts';
import { changedFiles, lastSaveFailed } from '../../ui/reloadNote.ts';
import { ServiceCommandIcon } from '../../ui/ServiceCommandIcon.tsx';
import { Since } from '../../ui/Time.tsx';
import classes from './ReloadSection.module.css';

/** What the watcher of a service is doing, in words. */
const states: Record<string, string> = {
  watching: 'watching',
  debouncing: 'a file changed, waiting for more',
  building: 'building',
  swapping: 'swapping to the new version',
  paused: 'paused',
  failed: 'watching; the last save failed',
  self: 'reloads itself',
  suspended: 'suspended',
};

/** Labels under the heading that says the rest; the full ones are in the menu. */
const shortLabels: Record<string, string> = { 'Pause hot reload': 'Pause', 'Resume hot reload': 'Resume' };

/** States that come from one change of files, which is named with them. */
const withFiles: ReadonlySet<string> = new Set(['debouncing', 'building', 'swapping', 'failed']);

/** Tone of each outcome of a reload, and the word for it. */
const outcomes: Record<string, { tone: 'ok' | 'bad'; word: string }> = {
  swapped: { tone: 'ok', word: 'swapped' },
  restarted: { tone: 'ok', word: 'restarted' },
  'build-failed': { tone: 'bad', word: 'build failed' },
  failed: { tone: 'bad', word: 'failed' },
};

/** Hot reload and build of a service: what goes on now, and the last times; nothing when it has neither. */
export function ReloadSection({ service }: { service: Service }) {
  const { reload, build } = service;
  const shown = reload !== undefined && reload.state in states;
  const built = build !== undefined && build.status !== '';
  if (!shown && !built) return null;
  const commands = serviceCommands(service).filter((command) => command.group === 'reload');
  // The header shows what a failed build or copy said.
  const message = lastSaveFailed(service) ? '' : reload?.message;
  return (
    <section aria-label="Hot reload">
      <SectionTitle>Hot reload</SectionTitle>
      {reload && shown ? <Watching reload={reload} /> : null}
      {build && built ? <BuildLine build={build} /> : null}
      {message ? <p className={classes.message}>{message}</p> : null}
      {commands.length > 0 ? (
        <div className={classes.actions}>
          {commands.map((command) => (
            <Button
              key={command.id}
              icon={<ServiceCommandIcon name={command.icon} />}
              aria-label={command.label}
              title={command.label}
              onClick={command.run}
            >
              {shortLabels[command.label] ?? command.label}
            </Button>
          ))}
        </div>
      ) : null}
      {reload && reload.recent.length > 0 ? (
        <ol className={classes.timeline} aria-label="Last reloads">
          {reload.recent.map((event) => (
            <TimelineItem key={`${event.at} ${event.outcome}`} event={event} />
          ))}
        </ol>
      ) : null}
    </section>
  );
}

function Watching({ reload }: { reload: Reload }) {
  const files = changedFiles(reload);
  return (
    <div className={classes.line}>
      <span className={classes.state} title={reload.file || undefined}>
        {states[reload.state]}
        {reload.watched > 0 && reload.state === 'watching' ? ` ${countOf(reload.watched, 'file')}` : ''}
        {files !== '' && withFiles.has(reload.state) ? ` · ${files}` : ''}
      </span>
      {reload.count > 0 ? (
        <span className={classes.dim}>
          {countOf(reload.count, 'reload')}
          {reload.lastMs > 0 ? `, last in ${formatDuration(reload.lastMs)}` : ''}
        </span>
      ) : null}
    </div>
  );
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function BuildLine({ build }: { build: Build }) {
  return (
    <div className={classes.line}>
      <span className={classes.state}>
        build <span data-status={build.status}>{build.status}</span>
        {build.status === 'building' && build.startedAt > 0 ? (
          <>
            {' '}
            for <Since at={build.startedAt} />
          </>
        ) : build.durationMs > 0 ? (
          ` in ${formatDuration(build.durationMs)}`
        ) : null}
      </span>
    </div>
  );
}

function TimelineItem({ event }: { event: ReloadEvent }) {
  const outcome = outcomes[event.outcome] ?? { tone: 'bad', word: event.outcome };
  return (
    <li className={classes.item} title={[event.file, event.message].filter(Boolean).join('\n')}>
      <time className={classes.dim}>{formatClock(event.at)}</time>
      <span className={classes.file}>{changedFiles(event)}</span>
      <span className={classes.outcome} data-tone={outcome.tone}>
        {outcome.word}
        {outcome.tone === 'ok' && event.tookMs > 0 ? ` ${formatDuration(event.tookMs)}` : ''}
      </span>
    </li>
  );
}
