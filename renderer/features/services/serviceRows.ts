import { Kind, type Service } from '../../../shared/contract/gen/state_pb.ts';
import type { ServiceUsage } from '../../state/usage.ts';
import { reloadNote } from '../../ui/reloadNote.ts';
import { startNote } from '../../ui/startNote.ts';
import { statusOf, statusRank } from '../../ui/status.ts';

/** Columns of the table that sort it. */
export type SortColumn =
  | 'name'
  | 'project'
  | 'kind'
  | 'status'
  | 'address'
  | 'pid'
  | 'up'
  | 'restarts'
  | 'cpu'
  | 'memory';

/** Word of each kind. */
const kindWords: Record<Kind, string> = {
  [Kind.UNSPECIFIED]: 'service',
  [Kind.SERVICE]: 'service',
  [Kind.TASK]: 'task',
  [Kind.EXTERNAL]: 'external',
  [Kind.TOPIC]: 'topic',
  [Kind.CORE]: 'core',
};

/** What sort of a service it is, in a word; one that was started outside and let in is `attached`. */
export function kindWord({ kind, attached }: Pick<Service, 'kind' | 'attached'>): string {
  return attached ? 'attached' : kindWords[kind];
}

/** Whether a service passes a filter: every word is in one of its texts; `status:error` and the like name the column. */
export function matchesFilter(service: Service, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const look = statusOf(service);
  const columns: Record<string, string> = {
    name: service.name,
    project: service.project,
    status: look.word,
    reason: look.detail,
    reload: reloadNote(service, Date.now())?.text ?? '',
    start: startNote(service) ?? '',
    kind: kindWord(service),
    language: service.language,
    label: service.labels.join(' '),
    address: service.instances.map((instance) => instance.address).join(' '),
    pid: service.instances.map((instance) => String(instance.pid)).join(' '),
  };
  const all = Object.values(columns).join('\n').toLowerCase();
  return words.every((word) => {
    const colon = word.indexOf(':');
    const column = colon > 0 ? columns[word.slice(0, colon)] : undefined;
    return column === undefined ? all.includes(word) : column.toLowerCase().includes(word.slice(colon + 1));
  });
}

/** ms since 1970 when the oldest live instance started; 0 when none lives. */
export function upSince(service: Service): number {
  return service.instances.reduce(
    (oldest, { startedAt }) => (startedAt > 0 && (oldest === 0 || startedAt < oldest) ? startedAt : oldest),
    0,
  );
}

/** Services in the order of a column; equal ones by name, so that the order never depends on chance. */
export function sortServices(
  services: readonly Service[],
  column: SortColumn,
  descending: boolean,
  usage: ReadonlyMap<string, ServiceUsage>,
): Service[] {
  const keyed = services.map((service) => ({ service, key: sortKey(service, column, usage.get(service.name)) }));
  const direction = descending ? -1 : 1;
  keyed.sort((a, b) => direction * compare(a.key, b.key) || compare(a.service.name, b.service.name));
  return keyed.map(({ service }) => service);
}

function sortKey(service: Service, column: SortColumn, usage: ServiceUsage | undefined): string | number {
  switch (column) {
    case 'name':
      return service.name;
    case 'project':
      return service.project;
    case 'kind':
      return kindWord(service);
    case 'status':
      return statusRank[service.status];
    case 'address':
      return service.instances[0]?.address ?? '';
    case 'pid':
      return service.instances[0]?.pid ?? 0;
    case 'up':
      // The longest up first when ascending would surprise: "up" means how long.
      return -(upSince(service) || Number.MAX_SAFE_INTEGER);
    case 'restarts':
      return service.restarts;
    case 'cpu':
      return usage?.cpuPercent ?? -1;
    case 'memory':
      return usage?.memoryBytes ?? -1;
  }
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
