import { kindWord, statusWord } from '../../shared/client/serviceWords.ts';
import type { Reload, Service } from '../../shared/contract/gen/state_pb.ts';
import type { Colours } from './colours.ts';
import { formatDuration } from './duration.ts';
import { serviceNote } from './serviceNote.ts';
import { statusColour } from './statusColour.ts';

/** Everything the state says of a service, as titles and texts for `micro get`; what does not apply is left out. */
export function serviceFacts(service: Service, colours: Colours, now: number): [string, string][] {
  const ago = (at: number): string => `${formatDuration(now - at)} ago`;
  const facts: [string, string][] = [];
  const add = (title: string, text: string | undefined): void => {
    if (text) facts.push([title, text]);
  };
  const status = statusColour(colours, service.status)(statusWord(service.status));
  const note = serviceNote(service, now);
  const since = service.since > 0 ? ` for ${formatDuration(now - service.since)}` : '';
  add('status', `${status}${since}${note ? ` (${note})` : ''}`);
  add('next', service.next);
  add('kind', service.attached ? 'service, started outside' : kindWord(service.kind));
  add('start', service.disabled ? 'disabled' : service.onDemand ? 'on demand: by name, or when it is needed' : '');
  add('project', service.project || '-');
  add('folder', service.folder);
  add('command', service.command || '-');
  for (const { pid, address, run, startedAt, readyAt, debugger: open, debuggerKind } of service.instances) {
    const parts = [
      pid > 0 ? `pid ${pid}` : '',
      address,
      run > 0 ? `run ${run}` : '',
      startedAt > 0 ? `started ${ago(startedAt)}` : '',
      readyAt > startedAt && startedAt > 0 ? `ready after ${formatDuration(readyAt - startedAt)}` : '',
      open ? `${debuggerKind} debugger at ${open}` : '',
    ];
    add('copy', parts.filter(Boolean).join(', '));
  }
  add('ready by', service.readyBy);
  add('needs', service.dependsOn.map(({ service: other, condition }) => `${other} (${condition})`).join(', '));
  add('build', buildText(service));
  add('reload', service.reload ? reloadText(service.reload, service.build?.message ?? '', ago) : '');
  add('next run', service.nextRunAt > 0 ? `in ${formatDuration(service.nextRunAt - now)}` : '');
  add('labels', service.labels.join(', '));
  add('declared at', service.declaredAt);
  add('restarts', `${service.restarts}`);
  return facts;
}

function buildText({ build }: Service): string {
  if (!build?.status) return '';
  const took = build.durationMs > 0 ? ` in ${formatDuration(build.durationMs)}` : '';
  const message = build.message === '' ? '' : `\n${build.message.replace(/\n\s*\n/g, '\n')}`;
  return `${build.status}${build.status === 'ok' || build.status === 'failed' ? took : ''}${message}`;
}

function reloadText(reload: Reload, said: string, ago: (at: number) => string): string {
  const watched = reload.watched === 1 ? '1 file' : `${reload.watched} files`;
  const words: Record<string, string> = {
    watching: `watching ${watched}`,
    self: 'reloads itself',
    off: 'off: its files are not watched',
    paused: 'paused',
  };
  if (reload.state === '') return '';
  const lines = [words[reload.state] ?? reload.state];
  if (reload.message && reload.message !== said && reload.state !== 'self') lines.push(reload.message);
  if (reload.count > 0) {
    const [last] = reload.recent;
    const what = reload.files > 1 ? `${reload.file} and ${reload.files - 1} more` : reload.file;
    lines.push(`${reload.count} so far, the last took ${formatDuration(reload.lastMs)}, ${ago(reload.at)} (${what})`);
    if (last && 'build-failed failed'.split(' ').includes(last.outcome))
      lines.push(`then ${last.file} failed, ${ago(last.at)}`);
  }
  return lines.join('\n');
}
