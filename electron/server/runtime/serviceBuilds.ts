import { MicroError } from '../../../shared/contract/errors.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { Builder, type BuildState } from './builder.ts';
import type { InstanceHost } from './instanceHost.ts';

/** The service that is built. */
export interface BuiltService {
  spec(): ServiceSpec;
  newInstanceId(): string;
  changed(): void;
}

/** When a service is built, and which run the log of a build belongs to: one build serves all copies of a service. */
export class ServiceBuilds {
  /** A build is due before the next start. */
  isDue = true;
  /** The log of a build that was made before its run: the next start takes it over. */
  pendingLog: RunLogWriter | undefined;
  private readonly builder: Builder;
  private building: Promise<RunLogWriter | undefined> | undefined;

  constructor(
    private readonly host: InstanceHost,
    private readonly service: BuiltService,
  ) {
    this.builder = new Builder(host, () => service.changed());
  }

  get state(): BuildState {
    return this.builder.state;
  }

  /** Builds now. The log is that of the coming run; a build that failed or was cancelled has ended its own. */
  async run(cause: string, signal: AbortSignal): Promise<{ ok: boolean; log: RunLogWriter | undefined }> {
    const spec = this.service.spec();
    const id = this.service.newInstanceId();
    const start = { service: spec.name, instance: id, cause, startedAt: this.host.clock.now() };
    const log = await this.host.logs.startRun(start);
    const ok = await this.builder.run(spec, id, log, signal);
    if (ok) return { ok, log };
    const outcome = this.state.status === 'cancelled' ? 'build cancelled' : 'build failed';
    const end = { endedAt: this.host.clock.now(), outcome, failed: outcome === 'build failed' };
    await log.end(end, { text: outcome, level: 'error' });
    if (outcome === 'build failed') {
      this.host.notify('error', spec.name, `the build of ${spec.name} failed`, 'build.failed');
    }
    return { ok, log: undefined };
  }

  /** Builds before a start when that is due. Copies that start together wait for one build; the first gets its log. */
  async beforeStart(cause: string, onBuilding: () => void, signal: AbortSignal): Promise<RunLogWriter | undefined> {
    const pending = this.pendingLog;
    this.pendingLog = undefined;
    if (pending) return pending;
    if (!this.service.spec().build || !this.isDue) return undefined;
    onBuilding();
    if (this.building) {
      await this.building;
      return undefined;
    }
    const building = this.run(cause, signal).then(({ ok, log }) => {
      if (ok) {
        this.isDue = false;
        return log;
      }
      if (signal.aborted) return undefined;
      const first = this.state.message.split('\n')[0] ?? '';
      throw new MicroError('service.failed', `build failed: ${first}`, {
        next: 'Read the build log; the next saved change builds again.',
      });
    });
    this.building = building;
    try {
      return await building;
    } finally {
      this.building = undefined;
    }
  }
}
