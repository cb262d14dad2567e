import { resolve } from 'node:path';
import { durationMs, type Manifest, type ServiceManifest } from '../../../shared/contract/manifest.ts';
import { parseCommand } from './commandLine.ts';
import { languageOf } from './languageOf.ts';
import type {
  LiveSpec,
  ReadySpec,
  ResourceAmounts,
  RestartSpec,
  ScheduleSpec,
  ServiceSpec,
  StopSpec,
  WatchSpec,
} from './serviceSpec.ts';

/** How long one check may take: a local service that needs longer is not healthy. */
const probeTimeoutMs = 2000;
/** Quiet time after a save. Editors and formatters write within a few ms of each other; more is only waiting. */
const debounceMs = 100;
/** Between two liveness checks: seldom enough to be free, often enough to notice within half a minute. */
const liveIntervalMs = 10_000;
const liveFailures = 3;
/** Longer than what frameworks take to finish requests, and than docker's 10 s default is short of. */
const stopGraceMs = 10_000;
/** First wait before a restart. A port in TIME_WAIT or a database that restarts is back within it. */
const restartDelayMs = 500;
/** The longest wait: often enough that a cured dependency is noticed, seldom enough to cost nothing. */
const restartMaxDelayMs = 30_000;
const maxRestartsPerMinute = 10;
const maxRestartsInRow = 10;

/** Where a service was declared. */
export interface DeclarationPlace {
  projectName: string;
  folder: string;
  declaredAt: string;
}

/** A service as written with every default filled in. */
export function resolveService(
  name: string,
  written: ServiceManifest,
  manifest: Pick<Manifest, 'env' | 'envFile' | 'services'>,
  place: DeclarationPlace,
): ServiceSpec {
  const folder = resolve(place.folder, written.path ?? '.');
  const command = written.run === undefined ? undefined : parseCommand(written.run);
  const kind = written.kind ?? 'service';
  return {
    name,
    project: place.projectName,
    projectFolder: place.folder,
    kind,
    start: written.start ?? 'auto',
    folder,
    command,
    build: written.build === undefined ? undefined : parseCommand(written.build),
    port: written.port ?? (kind === 'task' ? 'none' : 'maybe'),
    address: written.address,
    projectEnv: envText(manifest.env),
    projectEnvFiles: envFiles(manifest.envFile, place.folder),
    env: envText(written.env),
    envFiles: envFiles(written.envFile, folder),
    dependsOn: dependencies(written, manifest),
    ready: readySpec(written),
    live: liveSpec(written),
    watch: watchSpec(written),
    reload: written.reload ?? 'restart',
    onConfigChange: written.onConfigChange ?? (kind === 'task' ? 'none' : 'restart'),
    cascade: written.cascade ?? false,
    restart: restartSpec(written),
    stop: stopSpec(written),
    replicas: written.replicas ?? 1,
    move: written.move ?? true,
    ...imageSpec(written.image),
    ...resourcesSpec(written.resources),
    tty: written.tty ?? false,
    schedule: scheduleSpec(written),
    successExitCodes: written.successExitCodes ?? [],
    version: written.version ?? 'latest',
    language: languageOf(command),
    labels: written.labels ?? [],
    declaredAt: place.declaredAt,
    cycle: undefined,
  };
}

function envText(env: Manifest['env']): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(env ?? {}).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
}

function envFiles(files: string | string[] | undefined, folder: string): string[] {
  const list = files === undefined ? [] : typeof files === 'string' ? [files] : files;
  return list.map((file) => (file.endsWith('?') ? `${resolve(folder, file.slice(0, -1))}?` : resolve(folder, file)));
}

function dependencies(written: ServiceManifest, manifest: Pick<Manifest, 'services'>): ServiceSpec['dependsOn'] {
  const needs = written.dependsOn ?? [];
  if (!Array.isArray(needs)) return Object.entries(needs).map(([service, condition]) => ({ service, condition }));
  return needs.map((service) => {
    const other = manifest.services[service];
    const isTask = typeof other === 'object' && other.kind === 'task';
    return { service, condition: isTask ? 'completed' : 'ready' };
  });
}

function readySpec(written: ServiceManifest): ReadySpec {
  const ready = written.ready ?? {};
  const timing = {
    timeoutMs: ready.timeout === undefined ? probeTimeoutMs : durationMs(ready.timeout),
    ...(ready.interval === undefined ? {} : { intervalMs: durationMs(ready.interval) }),
    ...(ready.within === undefined ? {} : { withinMs: durationMs(ready.within) }),
  };
  if (ready.http !== undefined) return { by: 'http', http: ready.http, ...timing };
  if (ready.log !== undefined) return { by: 'log', log: ready.log, ...timing };
  if (ready.exec !== undefined) return { by: 'exec', exec: parseCommand(ready.exec), ...timing };
  if (ready.after !== undefined) return { by: 'after', afterMs: durationMs(ready.after), ...timing };
  if (ready.tcp !== undefined) return { by: 'tcp', ...(ready.tcp === true ? {} : { port: ready.tcp }), ...timing };
  if (written.kind === 'external') return { by: /^https?:/.test(written.address ?? '') ? 'http' : 'tcp', ...timing };
  return { by: written.port === undefined || written.port === 'none' ? 'quiet' : 'tcp', ...timing };
}

function liveSpec(written: ServiceManifest): LiveSpec | undefined {
  const live = written.live;
  if (!live) return undefined;
  const timing = {
    intervalMs: live.interval === undefined ? liveIntervalMs : durationMs(live.interval),
    timeoutMs: live.timeout === undefined ? probeTimeoutMs : durationMs(live.timeout),
    failures: live.failures ?? liveFailures,
  };
  if (live.http !== undefined) return { by: 'http', http: live.http, ...timing };
  if (live.exec !== undefined) return { by: 'exec', exec: parseCommand(live.exec), ...timing };
  return { by: 'tcp', ...(typeof live.tcp === 'number' ? { port: live.tcp } : {}), ...timing };
}

function watchSpec(written: ServiceManifest): WatchSpec | undefined {
  // A task is run again by a saved file only when that was asked for: it may change what cannot be changed back.
  const isDefault = written.kind !== 'task' && (written.build !== undefined || (written.reload ?? 'none') !== 'none');
  const watch = written.watch ?? isDefault;
  if (watch === false || written.reload === 'none') return undefined;
  const chosen = watch === true ? {} : watch;
  return {
    include: chosen.include ?? [],
    ignore: chosen.ignore ?? [],
    debounceMs: chosen.debounceMs ?? debounceMs,
    adaptive: chosen.debounceMs === undefined,
  };
}

function restartSpec(written: ServiceManifest): RestartSpec {
  const restart = written.restart ?? {};
  return {
    policy: restart.policy ?? (written.kind === 'task' ? 'never' : 'on-failure'),
    maxPerMinute: restart.maxPerMinute ?? maxRestartsPerMinute,
    maxInRow: restart.maxInRow ?? maxRestartsInRow,
    delayMs: restart.delay === undefined ? restartDelayMs : durationMs(restart.delay),
    maxDelayMs: restart.maxDelay === undefined ? restartMaxDelayMs : durationMs(restart.maxDelay),
  };
}

function stopSpec(written: ServiceManifest): StopSpec {
  const stop = written.stop ?? {};
  return {
    signal: stop.signal ?? 'SIGTERM',
    graceMs: stop.graceMs ?? stopGraceMs,
    ...(stop.command === undefined ? {} : { command: parseCommand(stop.command) }),
  };
}

function imageSpec(image: ServiceManifest['image']): Pick<ServiceSpec, 'image'> {
  if (image === undefined) return {};
  if (typeof image === 'string') return { image: { name: image } };
  return {
    image: { name: image.name, ...(image.run === undefined ? {} : { command: parseCommand(image.run) }) },
  };
}

function resourcesSpec(written: ServiceManifest['resources']): Pick<ServiceSpec, 'resources'> {
  if (written === undefined) return {};
  const amounts = (of: NonNullable<typeof written>['limits']): ResourceAmounts => ({
    ...(of?.cpu === undefined ? {} : { cpu: String(of.cpu) }),
    ...(of?.memory === undefined ? {} : { memory: of.memory }),
  });
  return { resources: { requests: amounts(written.requests), limits: amounts(written.limits) } };
}

function scheduleSpec(written: ServiceManifest): ScheduleSpec | undefined {
  const schedule = written.schedule;
  if (!schedule) return undefined;
  if (schedule.every !== undefined) return { everyMs: durationMs(schedule.every) };
  return { cron: schedule.cron ?? '', ...(schedule.timezone === undefined ? {} : { timezone: schedule.timezone }) };
}
