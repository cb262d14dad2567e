import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { ShownStatus } from '../serviceStatus.ts';
import { clusterStatus, type ClusterView } from './clusterStatus.ts';
import type { Phase } from './phase.ts';

/** How far the last command is, and the status that comes of it and of what the cluster says. */
export class ShownState {
  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  phase: Phase = { is: 'resting', reason: '', failed: false };
  shown: ShownStatus = { status: Status.STOPPED, reason: '' };
  /** Since when it has its status, ms since 1970. */
  since: number;

  constructor(
    private readonly clock: Clock,
    private readonly view: () => Omit<ClusterView, 'phase'>,
  ) {
    this.since = clock.now();
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.update();
  }

  /** Something that the status is made of changed. */
  update(): void {
    const next = clusterStatus({ ...this.view(), phase: this.phase });
    if (next.status !== this.shown.status) this.since = this.clock.now();
    this.shown = next;
    this.emitter.fire();
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
