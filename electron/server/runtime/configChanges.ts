import { isDeepStrictEqual } from 'node:util';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Disposable, DisposableStore, MutableDisposable } from '../base/lifecycle.ts';
import { errorText } from '../base/logger.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { type ConfigReading, isLack, neededReferences, readAgain } from './configReferences.ts';
import type { ResolvedEnvironment } from './environment.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { LocalRuntimeOptions } from './options.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** Values that are set one after the other, by hand or by a script, are followed together once none came for so long, ms. */
const settleMs = 300;
/** A service is not made to follow more often than this within a minute: one that sets what it reads would go on for ever. */
const maxPerMinute = 6;
const minuteMs = 60_000;

/** Lets services follow the config: those whose environment was made with values that are others now. */
export class ConfigChanges implements Disposable {
  /** By service: what its newest environment was made with. */
  private readonly read = new Map<string, ConfigReading>();
  /** By service: when it followed, monotonic ms. */
  private readonly followed = new Map<string, number[]>();
  /** Services that do not follow for now, which was said. */
  private readonly refused = new Set<string>();
  private readonly store = new DisposableStore();
  private readonly timer = this.store.add(new MutableDisposable());
  private checking: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: Pick<LocalRuntimeOptions, 'clock' | 'logger' | 'config' | 'onDidChangeConfig'>,
    private readonly units: ReadonlyMap<string, ServiceUnit>,
    private readonly notify: InstanceHost['notify'],
  ) {
    const { clock, logger, onDidChangeConfig } = options;
    if (!onDidChangeConfig) return;
    const check = (): Promise<void> =>
      this.check().catch((error: unknown) => {
        logger.error('the services could not follow the config', { error: errorText(error) });
      });
    this.store.add(
      onDidChangeConfig(() => {
        this.timer.value = clock.setTimeout(() => {
          this.checking = this.checking.then(check);
        }, settleMs);
      }),
    );
  }

  /** Remembers with what values of the config the environment of a service is made. */
  async noted(service: string, environment: Promise<ResolvedEnvironment>): Promise<ResolvedEnvironment> {
    this.read.delete(service);
    const { config } = await environment;
    if (config.size > 0) this.read.set(service, config);
    return environment;
  }

  private async check(): Promise<void> {
    for (const [name, unit] of [...this.units]) {
      if (!unit.wanted) continue;
      const why = await (unit.lacksConfig ? this.whatIsThere(unit.spec) : this.whatChanged(name));
      if (why === undefined || !unit.wanted || this.units.get(name) !== unit) continue;
      if (this.isTooOften(name, why)) continue;
      unit.followConfig(why);
    }
  }

  /** Which values are others than those that the service was started with. They count as known afterwards. */
  private async whatChanged(name: string): Promise<string | undefined> {
    const before = this.read.get(name);
    if (!before) return undefined;
    const now = await readAgain(before, this.options.config);
    if (this.read.get(name) !== before || isDeepStrictEqual(before, now)) return undefined;
    this.read.set(name, now);
    return changeText([...now].filter(([reference, text]) => text !== before.get(reference)).map(([which]) => which));
  }

  /** A service that lacked values: what it needs, once all of it is there. */
  private async whatIsThere(spec: ServiceSpec): Promise<string | undefined> {
    const needed = new Map(neededReferences(spec).map((reference) => [reference, undefined]));
    const now = await readAgain(needed, this.options.config).catch((error: unknown) => {
      // Still closed: it is asked again when that changes.
      if (error instanceof MicroError && isLack(error.code)) return undefined;
      throw error;
    });
    if (!now) return undefined;
    return [...now.values()].includes(undefined) ? undefined : changeText([...now.keys()]);
  }

  private isTooOften(service: string, why: string): boolean {
    const now = this.options.clock.monotonic();
    const times = (this.followed.get(service) ?? []).filter((at) => now - at < minuteMs);
    if (times.length < maxPerMinute) {
      this.followed.set(service, [...times, now]);
      this.refused.delete(service);
      return false;
    }
    if (!this.refused.has(service)) {
      const text = `${why} again and again; ${service} keeps what it has until it is restarted`;
      this.notify('warn', service, text, 'config.loop');
    }
    this.refused.add(service);
    return true;
  }

  dispose(): void {
    this.store.dispose();
  }
}

/** `config shop.currency changed`, `config a, secret b changed`. Values are never named: they may be secrets. */
export function changeText(references: readonly string[]): string {
  return `${references.map((reference) => reference.replace(':', ' ')).join(', ')} changed`;
}
