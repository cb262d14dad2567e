import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { type ReloadNote, reloadNote } from '../../ui/reloadNote.ts';

/** The line at the foot of a node, or undefined: an error first, then a build, then a reload. */
export function nodeBadge(service: Service, nowMs: number): ReloadNote | undefined {
  if (service.status === Status.ERROR && service.reason !== '') return { tone: 'bad', text: service.reason };
  return reloadNote(service, nowMs);
}

/** What a service that is not up yet is waiting for; empty when it waits for nothing. */
export function waitText(service: Service): string {
  if (service.status === Status.PENDING) {
    if (service.reason !== '') return service.reason;
    return service.waitingFor.length > 0 ? `waits for ${service.waitingFor.join(', ')}` : '';
  }
  if (service.status === Status.STARTING) {
    if (service.reason !== '' && service.reason !== 'starting') return service.reason;
    return service.readyBy === '' ? '' : `waits for ${service.readyBy}`;
  }
  if (service.status === Status.STOPPING) return service.reason;
  return '';
}

/** The word beside the name of what is not a plain service. */
export function kindText({ kind, attached }: Pick<Service, 'kind' | 'attached'>): string {
  if (attached) return 'attached';
  if (kind === Kind.TASK) return 'task';
  if (kind === Kind.EXTERNAL) return 'external';
  return '';
}

/** `:4103` of the first instance that listens; empty when none does. */
export function portText(service: Service): string {
  const address = service.instances.find((instance) => instance.address !== '')?.address ?? '';
  const port = /:(\d+)$/u.exec(address)?.[1];
  return port === undefined ? '' : `:${port}`;
}

/** How many copies run, `×2`; empty for one or none. */
export function instancesText(service: Service): string {
  return service.instances.length > 1 ? `×${service.instances.length}` : '';
}

/** What a screen reader says of a node, whatever the scale lets it draw: what is written on it, so that it can be called by that, and what is drawn. */
export function nodeLabel(service: Service, statusWord: string, needs: readonly string[]): string {
  const written = [service.name, instancesText(service), kindText(service), statusWord];
  const parts = [written.filter((word) => word !== '').join(' ')];
  const more = service.status === Status.ERROR ? service.reason : waitText(service);
  if (more !== '') parts.push(more);
  if (needs.length > 0) parts.push(`needs ${needs.join(', ')}`);
  return parts.join(', ');
}
