import { randomBytes } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { ExternalService } from './externalService.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** A process that asked for its variables is attached within this time: it only has to be started. */
const joinMs = 60_000;

/** What is remembered of an attached process over a restart of the server. */
export interface SavedAttachment {
  service: string;
  folder: string;
  port: number;
  pid: number;
  startTime: string;
  instance: string;
}

/** The services of the runtime, as attaching changes them. */
export interface AttachableUnits {
  get(name: string): ServiceUnit | undefined;
  /** Puts a unit in the place of what has its name, or beside the others. */
  put(unit: ServiceUnit): void;
  remove(name: string): void;
  /** The declaration of a service that nobody declared. */
  undeclared(name: string, folder: string): ServiceSpec;
}

/**
 * Processes that an IDE or a shell started and that joined under the name of a service. Each stands in the place of the
 * declared service until it ends or is let go; then the declared one is back.
 */
export class Attachments {
  /** By the name of the service: what is attached, and what stands behind it. */
  private readonly held = new Map<
    string,
    { saved: SavedAttachment; unit: ServiceUnit; behind: ServiceUnit | undefined }
  >();

  constructor(
    private readonly host: InstanceHost,
    private readonly units: AttachableUnits,
    private readonly changed: () => void,
  ) {}

  has(name: string): boolean {
    return this.held.has(name);
  }

  saved(): SavedAttachment[] {
    return [...this.held.values()].map(({ saved }) => saved);
  }

  /** Attaches what listens on a port (or the process of `pid`, which may come to listen there). */
  async attach(service: string, place: { port: number; pid: number; instance: string; folder: string }): Promise<void> {
    const { port, folder } = place;
    this.requireFree(service);
    const listener = (await this.host.processes.listeners()).find((each) => each.port === port);
    const pid = place.pid || (listener?.pid ?? 0);
    if (place.pid === 0 && !listener) {
      throw new MicroError('service.no-listener', `nothing listens on port ${port}`, {
        next: `Start it first, then: micro attach ${service} --port ${port}.`,
        details: { port },
      });
    }
    const found = pid === 0 ? undefined : await this.host.processes.get(pid);
    if (pid !== 0 && !found) {
      throw new MicroError('service.no-listener', `there is no process of pid ${pid}`, { details: { pid } });
    }
    this.requireFree(service);
    const instance = place.instance || this.newInstance(service);
    const saved = { service, folder, port, pid, startTime: found?.startTime ?? '', instance };
    this.begin(saved, found?.command ?? '');
  }

  /** Attaches again what was attached before the server was restarted, when it is still there. */
  async restore(saved: SavedAttachment): Promise<void> {
    if (this.units.get(saved.service)?.isResting === false) return;
    const found = saved.pid === 0 ? undefined : await this.host.processes.get(saved.pid);
    if (saved.pid !== 0 && found?.startTime !== saved.startTime) return;
    this.begin(saved, found?.command ?? '');
  }

  private begin(saved: SavedAttachment, command: string): void {
    const { service, instance, pid, startTime, port } = saved;
    const behind = this.units.get(service);
    const spec = behind?.spec ?? this.units.undeclared(service, saved.folder);
    const onEnd = (): void => this.release(service);
    const unit = new ExternalService(spec, this.host, { instance, pid, startTime, command, port, onEnd });
    this.held.set(service, { saved, unit, behind });
    this.units.put(unit);
    unit.start();
    this.changed();
  }

  /** Lets go of the process; the service is what it was before. */
  async detach(service: string): Promise<void> {
    await this.held.get(service)?.unit.stop({ why: 'detached' });
  }

  /** Forgets a service that is not there any more, with what stands behind it. */
  forget(service: string): void {
    this.held.get(service)?.behind?.dispose();
    this.held.delete(service);
  }

  private release(service: string): void {
    const held = this.held.get(service);
    if (!held || this.units.get(service) !== held.unit) return;
    this.held.delete(service);
    this.host.ports.release(held.saved.instance);
    if (held.behind) {
      held.behind.update(held.unit.spec);
      this.units.put(held.behind);
    } else this.units.remove(service);
    this.changed();
  }

  /** The variables and the port for a process that is to be attached once it is started. */
  async join(
    service: string,
    folder: string,
  ): Promise<{ instance: string; port: number; env: Record<string, string> }> {
    this.requireFree(service);
    const spec = this.units.get(service)?.spec ?? this.units.undeclared(service, folder);
    const instance = this.newInstance(service);
    if (typeof spec.port === 'number') await this.host.ports.check(spec.port, service);
    const port = typeof spec.port === 'number' ? spec.port : await this.host.ports.assign(service, instance);
    // A process that never comes does not keep its port.
    this.host.clock.setTimeout(() => {
      if (this.held.get(service)?.saved.instance !== instance) this.host.ports.release(instance);
    }, joinMs);
    const { values } = await this.host.environment(spec, port, instance);
    // What the system gives, the process has of the shell or the editor that starts it.
    const own = [...values].filter(([, { origin }]) => origin !== 'system').map(([name, { value }]) => [name, value]);
    return { instance, port, env: Object.fromEntries(own) as Record<string, string> };
  }

  private newInstance(service: string): string {
    return `${service}-attached-${randomBytes(6).toString('hex')}`;
  }

  private requireFree(service: string): void {
    const unit = this.units.get(service);
    if (!unit || (unit.isResting && unit.spec.kind !== 'external')) return;
    const how = this.has(service) ? 'is attached' : unit.spec.kind === 'external' ? 'is external and checked' : 'runs';
    throw new MicroError('service.running', `${service} ${how} already`, {
      next: `First stop it: micro stop ${service}.`,
    });
  }
}
