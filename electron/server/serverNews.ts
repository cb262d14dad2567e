import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice, ReloadEvent, Service } from '../../shared/contract/gen/state_pb.ts';
import { Emitter } from './base/event.ts';
import { DisposableStore } from './base/lifecycle.ts';
import type { Runtime } from './runtime/runtime.ts';

/** A reload that is over. */
export interface ReloadNews {
  /** The service as it is after it. */
  service: Service;
  reload: ReloadEvent;
}

/** What a host tells its user of a running server, beside what it is asked: how services come up, notices, reloads. */
export class ServerNews {
  private readonly store = new DisposableStore();
  private readonly events = this.store.add(new Emitter<ActionEvent>());
  readonly onDidEvent = this.events.event;
  private readonly notices = this.store.add(new Emitter<Notice>());
  readonly onDidNotice = this.notices.event;
  private readonly reloads = this.store.add(new Emitter<ReloadNews>());
  readonly onDidReload = this.reloads.event;
  /** When the last reload that was told of ended, by service. */
  private readonly toldAt = new Map<string, number>();

  /** How services come up that nobody asked for through the API. */
  tell(event: ActionEvent): void {
    this.events.fire(event);
  }

  /** Tells from now on what happens in a runtime. */
  follow(runtime: Pick<Runtime, 'onDidChange' | 'service'>): void {
    this.store.add(
      runtime.onDidChange(({ services, removedServices, notices }) => {
        for (const notice of notices) this.notices.fire(notice);
        for (const name of removedServices) this.toldAt.delete(name);
        for (const name of services) this.tellReload(runtime.service(name));
      }),
    );
  }

  private tellReload(service: Service | undefined): void {
    const last = service?.reload?.recent[0];
    if (!service || !last || last.at <= (this.toldAt.get(service.name) ?? 0)) return;
    this.toldAt.set(service.name, last.at);
    this.reloads.fire({ service, reload: last });
  }

  dispose(): void {
    this.store.dispose();
  }
}
