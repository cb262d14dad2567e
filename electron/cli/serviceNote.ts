import { type Service, Status } from '../../shared/contract/gen/state_pb.ts';
import { formatDuration } from './duration.ts';

/**
 * What there is to know of a service beside its status: its reason, what became of the last save, why it does not run, or
 * when it does. Empty when all is as one would think.
 */
export function serviceNote(service: Service, now: number): string {
  return [service.reason, reloadNote(service), startNote(service, now)].filter(Boolean).join('; ');
}

function reloadNote({ build, reload, instances, status }: Service): string {
  const old = instances.length > 0 ? ', old version serving' : '';
  // A start that failed has its build as its reason.
  if (build?.status === 'failed') return status === Status.ERROR ? '' : `build failed${fileOf(reload?.file)}${old}`;
  if (instances.length > 0 && build?.status === 'building') return 'building, old version serving';
  switch (reload?.state) {
    case 'failed':
      return `${reload.file ? 'reload failed' : 'not watched'}${fileOf(reload.file)}${reload.file ? old : `: ${reload.message}`}`;
    case 'suspended':
      return `reload suspended${fileOf(reload.file)}`;
    case 'paused':
      return 'reload paused';
    default:
      return '';
  }
}

function fileOf(file: string | undefined): string {
  return file ? ` (${file})` : '';
}

function startNote({ disabled, onDemand, nextRunAt, wanted, status }: Service, now: number): string {
  if (nextRunAt > 0 && status !== Status.RUNNING) return `runs next in ${formatDuration(nextRunAt - now)}`;
  if (wanted || status !== Status.STOPPED) return '';
  return disabled ? 'disabled' : onDemand ? 'started on demand' : '';
}
