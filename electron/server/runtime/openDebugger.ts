import { MicroError } from '../../../shared/contract/errors.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { type DebugLaunch, debugLaunch, type DebuggerKind } from './debugLaunch.ts';
import { DebuggerOutput } from './debuggerOutput.ts';
import { plainEnvironment } from './environment.ts';
import { helperProblem, helperSuffix } from './helperProcess.ts';
import type { InstanceHost } from './instanceHost.ts';

/** The debugger of one run. */
export class OpenDebugger {
  readonly kind: DebuggerKind;
  readonly argv: readonly string[];
  /** Where it listens; undefined until the runtime says it. */
  port: number | undefined;
  private readonly output: DebuggerOutput | undefined;

  constructor(
    launch: DebugLaunch,
    /** Variables of the run that are changed. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.kind = launch.kind;
    this.argv = launch.argv;
    this.port = launch.port;
    this.output = launch.port === undefined ? new DebuggerOutput() : undefined;
  }

  /** Every port that a debugger of the run is known to listen on. */
  get ports(): ReadonlySet<number> {
    const named = this.output?.ports ?? [];
    return new Set(this.port === undefined ? named : [...named, this.port]);
  }

  /** Output of the run; true when it says where the debugger listens. */
  hear(data: Uint8Array): boolean {
    const port = this.output?.push(data);
    if (port === undefined) return false;
    this.port = port;
    return true;
  }
}

/** A run that is to have its debugger open. */
interface DebuggedRun {
  spec: Pick<ServiceSpec, 'name' | 'language' | 'folder'>;
  environment: Readonly<Record<string, string>>;
  instance: string;
}

/**
 * Chooses a port and makes the command of a run ready for its debugger, which {@link requireDebugger} found. Rejects with
 * `debug.unsupported` when it is not known how.
 */
export async function openDebugger(
  host: Pick<InstanceHost, 'ports'>,
  argv: readonly string[],
  { spec, environment, instance }: DebuggedRun,
): Promise<OpenDebugger> {
  const launch = debugLaunch(argv, spec.language, await host.ports.assign(`${spec.name}-debugger`, instance));
  // A variable may have a value of the user's own, which stays.
  const env = Object.entries(launch.env).map(([name, value]) => [
    name,
    [environment[name], value].filter(Boolean).join(' '),
  ]);
  return new OpenDebugger(launch, Object.fromEntries(env) as Record<string, string>);
}

/** How long the question whether a debugger is installed may take, ms; an interpreter on a cold disk needs seconds. */
const probeTimeoutMs = 15_000;

/**
 * Makes sure that a service can be debugged, while it still runs as it is. Rejects with `debug.unsupported`, or with
 * `debug.unavailable` and how to install what is missing.
 */
export async function requireDebugger(
  host: Pick<InstanceHost, 'launcher' | 'trees' | 'clock' | 'environment'>,
  spec: ServiceSpec,
  argv: readonly string[],
): Promise<void> {
  const { kind, probe } = debugLaunch(argv, spec.language, 0);
  if (!probe) return;
  const command = { text: probe.argv.join(' '), argv: probe.argv, shell: false };
  const instance = `${spec.name}-debugger`;
  const env = plainEnvironment(await host.environment(spec, undefined, instance));
  const helper = { command, cwd: spec.folder, env, marker: instance + helperSuffix, timeoutMs: probeTimeoutMs };
  const problem = await helperProblem(host, helper, new AbortController().signal);
  if (problem === undefined) return;
  throw new MicroError('debug.unavailable', `the debugger of ${kind} is not there: ${problem}`, { next: probe.next });
}
