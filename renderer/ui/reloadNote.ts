import type { Service } from '../../shared/contract/gen/state_pb.ts';
import type { Tone } from './status.ts';
import { baseName } from './path.ts';

/** What build and hot reload have to say of a service beside its status. */
export interface ReloadNote {
  readonly tone: Exclude<Tone, 'idle'>;
  readonly text: string;
}

/** How long after a swap it is still told of, ms: long enough to look up from the editor. */
export const swapNoteMs = 30_000;

/** The files behind a reload, e.g. `cart.ts` or `cart.ts, 3 more`; empty when none is known. */
export function changedFiles({ file, files }: { file: string; files: number }): string {
  if (file === '') return '';
  return files > 1 ? `${baseName(file)}, ${files - 1} more` : baseName(file);
}

function withFiles(text: string, files: string): string {
  return files === '' ? text : `${text} · ${files}`;
}

/** Whether the last save did not become what serves: its build failed, or its new copy did. */
export function lastSaveFailed(service: Service): boolean {
  return service.build?.status === 'failed' || service.reload?.state === 'failed';
}

/** Whether the version before a save that failed goes on serving. */
export function servesOldVersion(service: Service): boolean {
  return lastSaveFailed(service) && service.instances.length > 0;
}

function buildNote(service: Service): ReloadNote | undefined {
  const old = service.instances.length > 0;
  switch (service.build?.status) {
    case 'failed':
      return { tone: 'bad', text: old ? 'build failed, old version serving' : 'build failed' };
    case 'building':
    case 'waiting':
      return old ? { tone: 'warn', text: 'building, old version serving' } : undefined;
    default:
      return undefined;
  }
}

/** The one thing to say now, or undefined: a build first, then a reload. */
export function reloadNote(service: Service, nowMs: number): ReloadNote | undefined {
  const note = buildNote(service);
  if (note) return note;
  const { reload } = service;
  if (!reload) return undefined;
  const files = changedFiles(reload);
  switch (reload.state) {
    case 'building':
      return { tone: 'warn', text: withFiles('building', files) };
    case 'swapping':
      return { tone: 'busy', text: withFiles('swapping', files) };
    case 'failed':
      return {
        tone: 'bad',
        text: withFiles(servesOldVersion(service) ? 'reload failed, old version serving' : 'reload failed', files),
      };
    case 'suspended':
      return { tone: 'warn', text: withFiles('reload suspended', files) };
    case 'paused':
      return { tone: 'warn', text: 'reload paused' };
    default:
      if (reload.lastMs > 0 && nowMs - reload.at < swapNoteMs) {
        return { tone: 'ok', text: withFiles(`swapped in ${Math.round(reload.lastMs)} ms`, files) };
      }
      return undefined;
  }
}
