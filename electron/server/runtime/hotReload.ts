import type { Disposable } from '../base/lifecycle.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { EarlyReload } from './earlyReload.ts';
import type { InstanceHost } from './instanceHost.ts';
import { isRolling, type ReloadedService, reloadService } from './reloadService.ts';
import type { ReloadResult, ReloadState } from './reloadState.ts';
import { Reloader } from './reloader.ts';
import type { ServiceCopies } from './serviceCopies.ts';

/** The service that follows its files. */
export interface FollowingService {
  readonly spec: ServiceSpec;
  readonly wanted: boolean;
  /** The service as a reload that begins now sees it. */
  commanded(): ReloadedService;
  changed(): void;
  /** Something could not be done, and is said. */
  say(what: string, error: unknown): void;
}

/** The hot reload of one service: its files are watched, and a saved one brings the new version up. */
export class HotReload implements Disposable {
  private readonly early: EarlyReload;
  private readonly reloader: Reloader;

  constructor(
    host: InstanceHost,
    private readonly service: FollowingService,
    private readonly copies: ServiceCopies,
  ) {
    this.early = new EarlyReload(
      host,
      copies,
      () => service.wanted,
      (error) => service.say('be stopped for a restart', error),
    );
    this.reloader = new Reloader(host, {
      spec: () => service.spec,
      changed: () => service.changed(),
      canBeginEarly: () => this.canBeginEarly,
      beginEarly: (cause) => this.early.begin(cause, isRolling(service.spec)),
      stayUp: (why) => this.early.undo(why),
      reload: (cause, onSwap, signal) => this.reload(cause, onSwap, signal),
    });
  }

  get state(): ReloadState {
    return this.reloader.state;
  }
  arm(): void {
    this.reloader.arm();
  }
  disarm(): void {
    this.reloader.disarm();
  }
  sayMissed(since: number): void {
    this.reloader.sayMissed(since);
  }
  explain(path: string): Promise<{ counts: boolean; why: string }> {
    return this.reloader.explain(path);
  }

  /** Holds reloads back, or lets them come again. */
  setPaused(paused: boolean): void {
    if (paused) this.reloader.pause();
    else this.reloader.resume();
  }

  /** The declaration changed: watches anew when other files count. */
  follow(before: ServiceSpec): void {
    const { spec } = this.service;
    if (JSON.stringify(before.watch) !== JSON.stringify(spec.watch) || before.folder !== spec.folder)
      this.reloader.rearm();
  }

  /** Resolves when the new version serves, or with why it does not. */
  private async reload(cause: string, onSwap: () => void, signal: AbortSignal): Promise<ReloadResult> {
    const result = reloadService(this.service.commanded(), { cause, onSwap, signal });
    // Where a stop began early nothing is built first, so that the restart has begun by now.
    this.early.take();
    try {
      return await result;
    } finally {
      this.copies.dropPrepared();
    }
  }

  /** What has to be built serves on after a save until that is done. */
  private get canBeginEarly(): boolean {
    const { service, copies, early } = this;
    const { spec, wanted } = service;
    return wanted && spec.kind === 'service' && !spec.build && copies.serve && !early.isStopping;
  }

  dispose(): void {
    this.early.take();
    this.copies.dropPrepared();
    this.reloader.dispose();
  }
}
