import { MicroError } from '../../../shared/contract/errors.ts';
import { maxReplicas } from '../../../shared/contract/manifest.ts';
import type { Actions } from './actions.ts';
import type { Attachments } from './attachments.ts';
import type { Dependencies } from './dependencies.ts';
import type { FixedPorts } from './fixedPorts.ts';
import type { InstanceHost } from './instanceHost.ts';
import { requireDebugger } from './openDebugger.ts';
import type { ActionListener, Runtime } from './runtime.ts';
import type { StartPermit } from './startPermit.ts';
import type { RunOverrides } from './serviceUnit.ts';
import type { Units } from './units.ts';

/** What {@link ServiceOrders} work with. */
export interface ServiceOrdersOptions {
  host: Pick<InstanceHost, 'launcher' | 'trees' | 'clock' | 'environment'>;
  actions: Actions;
  attachments: Attachments;
  dependencies: Dependencies;
  fixedPorts: FixedPorts;
  units: Units;
  permit: StartPermit | undefined;
  /** Throws `server.stopping` once the server ends: nothing is started any more. */
  checkRunning: () => void;
}

/** What people ask of services: checked as a whole before anything happens, then done. See {@link Runtime} for each. */
export class ServiceOrders {
  constructor(private readonly options: ServiceOrdersOptions) {}

  async start(
    names: readonly string[],
    options: Parameters<Runtime['start']>[1],
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    this.options.checkRunning();
    this.options.units.check(names);
    const needed = options.withDependencies ? this.options.actions.plan(names).map(({ service }) => service) : [];
    await this.permitted([...names, ...needed]);
    if (options.freePorts) await this.options.fixedPorts.free(names);
    const { args, env, port, withDependencies } = options;
    const asked: RunOverrides = {
      ...(args?.length ? { args } : {}),
      ...(env ? { env } : {}),
      ...(port === undefined ? {} : { port }),
    };
    // Without any, what runs is left alone.
    const overrides = Object.keys(asked).length > 0 ? asked : undefined;
    await this.options.actions.start(names, withDependencies, 'started by you', overrides, listener, signal);
  }

  async debug(name: string, listener: ActionListener, signal: AbortSignal): Promise<void> {
    this.options.checkRunning();
    const { spec } = this.options.units.get(name);
    if (spec.kind === 'external' || !spec.command || this.options.attachments.has(name)) {
      throw new MicroError('debug.unsupported', `${name} is not run here`, {
        next: 'Start it with a debugger where it is run.',
      });
    }
    await this.permitted([name]);
    await requireDebugger(this.options.host, spec, spec.command.argv);
    await this.options.actions.restart([name], listener, signal, 'started for debugging', { debug: true });
  }

  async stop(
    names: readonly string[],
    options: { force: boolean; withDependents: boolean },
    listener: ActionListener,
  ): Promise<void> {
    const { actions, dependencies, units } = this.options;
    units.check(names);
    const also = options.withDependents ? dependencies.runningDependents(names) : [];
    actions.announceStops(also, listener);
    const all = [...names, ...also.map(({ service }) => service)];
    await actions.stop(all, { why: 'stopped by you', force: options.force }, listener);
  }

  async restart(
    names: readonly string[],
    listener: ActionListener,
    signal: AbortSignal,
    { rolling }: { rolling: boolean } = { rolling: false },
  ): Promise<void> {
    this.options.checkRunning();
    this.options.units.check(names);
    await this.permitted(names);
    if (rolling) await this.options.actions.renew(names, listener, signal, 'updated by you');
    else await this.options.actions.restart(names, listener, signal);
  }

  private async permitted(names: readonly string[]): Promise<void> {
    const { permit, units } = this.options;
    await permit?.obtain(names.map((name) => units.get(name).spec));
  }

  async scale(name: string, count: number, listener: ActionListener, signal: AbortSignal): Promise<void> {
    this.options.checkRunning();
    this.options.units.check([name]);
    if (!Number.isInteger(count) || count < 1 || count > maxReplicas) {
      throw new MicroError('api.invalid', `${count} is no number of copies (1 to ${maxReplicas})`);
    }
    await this.options.actions.scale(name, count, listener, signal);
  }

  async rollBack(
    name: string,
    version: number | undefined,
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    this.options.checkRunning();
    this.options.units.check([name]);
    await this.options.actions.rollBack(name, version, listener, signal);
  }

  plan(names: readonly string[]): ReturnType<Runtime['plan']> {
    this.options.units.check(names);
    return this.options.actions.plan(names);
  }

  planStop(names: readonly string[]): ReturnType<Runtime['planStop']> {
    this.options.units.check(names);
    return this.options.dependencies.runningDependents(names);
  }

  portClashes(names: readonly string[]): ReturnType<Runtime['portClashes']> {
    this.options.units.check(names);
    return this.options.fixedPorts.clashes(names);
  }

  pauseReload(names: readonly string[], paused: boolean): string[] {
    const { units } = this.options;
    units.check(names);
    return names.filter((name) => units.get(name).pauseReload(paused));
  }
}
