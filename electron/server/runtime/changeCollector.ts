import type { Notice } from '../../../shared/contract/gen/state_pb.ts';
import { Emitter } from '../base/event.ts';
import type { RuntimeChange } from './runtime.ts';

/** Gathers what changes within one turn of the event loop into one event. */
export class ChangeCollector {
  private readonly emitter = new Emitter<RuntimeChange>();
  readonly event = this.emitter.event;
  private services = new Set<string>();
  private removed = new Set<string>();
  private notices: Notice[] = [];
  private projects = false;
  private isDue = false;
  private changes = 0;

  /** Another number after each change, also before it was told. */
  get revision(): number {
    return this.changes;
  }

  service(name: string): void {
    this.removed.delete(name);
    this.services.add(name);
    this.plan();
  }
  removedService(name: string): void {
    this.services.delete(name);
    this.removed.add(name);
    this.plan();
  }
  project(): void {
    this.projects = true;
    this.plan();
  }
  notice(notice: Notice): void {
    this.notices.push(notice);
    this.plan();
  }

  private plan(): void {
    this.changes++;
    if (this.isDue) return;
    this.isDue = true;
    queueMicrotask(() => {
      const change = {
        services: this.services,
        removedServices: this.removed,
        projects: this.projects,
        notices: this.notices,
      };
      this.isDue = false;
      this.services = new Set();
      this.removed = new Set();
      this.notices = [];
      this.projects = false;
      this.emitter.fire(change);
    });
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
