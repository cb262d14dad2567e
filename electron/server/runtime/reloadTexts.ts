import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ServiceFiles } from './serviceFiles.ts';

/** What {@link explainFile} looks at. */
export interface ExplainedReload {
  spec: ServiceSpec;
  files: ServiceFiles;
  isPaused: boolean;
  isArmed: boolean;
  /** Why reloading is suspended; undefined: it is not. */
  suspended: string | undefined;
}

/** Why a file does or does not reload a service. */
export async function explainFile(path: string, reload: ExplainedReload): Promise<{ counts: boolean; why: string }> {
  const { spec, files, isPaused, isArmed, suspended } = reload;
  const no = (why: string) => ({ counts: false, why });
  if (!spec.watch) return no(spec.reload === 'none' ? 'the service reloads itself' : 'watch is off for this service');
  const verdict = await files.judge(path, spec);
  if (!verdict.counts) return verdict;
  if (isPaused) return no('reloading is paused');
  if (suspended !== undefined) return no(suspended);
  return isArmed ? verdict : no('the service is stopped');
}

/** What changed while nobody watched, for people; undefined when nothing did. `relative` shows a path. */
export function missedText(
  name: string,
  changed: readonly string[],
  relative: (path: string) => string,
): string | undefined {
  const [first] = changed;
  if (first === undefined) return undefined;
  const file = relative(first);
  const what = changed.length === 1 ? `${file} changed` : `${changed.length} files changed (${file}, …)`;
  return `${what} while ${name} was not watched; it was started with that`;
}

/** Why a service is not reloaded for a file that it writes itself. */
export function loopText(file: string): string {
  return `${file} is written by the service itself each time, so it would be reloaded without end. Reloading is suspended; add it to watch.ignore, or resume.`;
}
