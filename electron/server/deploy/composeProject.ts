import type { ServiceSpec } from '../project/serviceSpec.ts';
import { containerCommand } from './containerCommand.ts';
import { containerPort, EVERYWHERE } from './containerPort.ts';
import type { ContainerVariable } from './containerVariables.ts';

/** A service of a compose file, as plain data. */
export type ComposeService = Record<string, unknown>;

/** What is known of a service beside its declaration. */
export interface ComposeContext {
  /** Where its image is built from; absent: `spec.image` is given. */
  build?: { context: string; dockerfile: string };
  variables: readonly ContainerVariable[];
  find(service: string): ServiceSpec | undefined;
  note(text: string): void;
}

/** Compose replaces `$NAME` and `${NAME}` everywhere; a dollar that is one is written twice. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');
const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))}s`;

/** A service as compose runs it. */
export function composeService(spec: ServiceSpec, context: ComposeContext): ComposeService {
  const port = containerPort(spec);
  const health = healthcheck(spec, port);
  if (!health && spec.kind === 'service' && !['quiet', 'after'].includes(spec.ready.by))
    context.note(`readiness by ${spec.ready.by} cannot be checked by compose`);
  if (spec.schedule) context.note('schedule: compose has none, the task runs once');
  const { stop } = spec;
  return {
    ...(spec.image ? { image: spec.image.name } : { build: context.build }),
    ...(spec.image?.command ? { command: containerCommand(spec.image.command).map(literal) } : {}),
    environment: environment(spec, port, context.variables),
    ...(typeof spec.port === 'number' ? { ports: [`127.0.0.1:${spec.port}:${spec.port}`] } : {}),
    ...dependsOn(spec, context),
    ...(health ? { healthcheck: health } : {}),
    restart: restartPolicy(spec),
    stop_grace_period: seconds(stop.graceMs),
    ...(stop.signal === 'SIGTERM' ? {} : { stop_signal: stop.signal }),
    ...deploy(spec),
    ...(spec.tty ? { tty: true, stdin_open: true } : {}),
    // Compose starts those only by name.
    ...(spec.start === 'auto' ? {} : { profiles: [spec.start] }),
  };
}

/** The test that compose runs inside the container, with a program that the image has. */
function healthcheck(spec: ServiceSpec, port: number | undefined): Record<string, unknown> | undefined {
  if (spec.kind !== 'service') return undefined;
  const test = healthTest(spec, port);
  if (!test) return undefined;
  return {
    test: test.map(literal),
    interval: seconds(spec.ready.intervalMs ?? 0),
    timeout: seconds(spec.ready.timeoutMs),
    retries: 3,
    start_period: seconds(spec.ready.withinMs ?? defaultStartMs),
  };
}

/** How long failed checks do not count, ms; compose has no "as long as it likes". */
const defaultStartMs = 60_000;

function healthTest(spec: ServiceSpec, own: number | undefined): string[] | undefined {
  const { ready } = spec;
  const port = ready.port ?? own;
  if (ready.by === 'exec') return ready.exec && ['CMD', ...containerCommand(ready.exec)];
  if (ready.by === 'http') {
    const url = /^https?:/.test(ready.http ?? '') ? (ready.http as string) : `http://127.0.0.1:${port}${ready.http}`;
    return probeProgram(spec.language, {
      node: `fetch(${JSON.stringify(url)}).then((r) => process.exit(r.status < 400 ? 0 : 1), () => process.exit(1))`,
      python: `import urllib.request; urllib.request.urlopen(${JSON.stringify(url)})`,
      shell: `wget -q -O /dev/null ${url} || curl -sf -o /dev/null ${url}`,
    });
  }
  if (ready.by !== 'tcp' || port === undefined) return undefined;
  return probeProgram(spec.language, {
    node: `require('net').connect(${port}).on('connect', () => process.exit(0)).on('error', () => process.exit(1))`,
    python: `import socket; socket.create_connection(('127.0.0.1', ${port}), 1)`,
    shell: `nc -z 127.0.0.1 ${port} || (exec 3<>/dev/tcp/127.0.0.1/${port})`,
  });
}

function probeProgram(language: string, program: { node: string; python: string; shell: string }): string[] {
  if (language === 'js' || language === 'ts') return ['CMD', 'node', '-e', program.node];
  if (language === 'py') return ['CMD', 'python3', '-c', program.python];
  return ['CMD-SHELL', program.shell];
}

function environment(
  spec: ServiceSpec,
  port: number | undefined,
  variables: readonly ContainerVariable[],
): Record<string, string> {
  const written = variables.map(({ name, value, kind }) => [
    name,
    kind === 'plain' ? literal(value ?? '') : `\${${name}:?set ${name} in the environment or in .env}`,
  ]);
  return {
    ...Object.fromEntries(written),
    ...(port === undefined ? {} : { PORT: String(port), MICRO_LISTEN: EVERYWHERE }),
    MICRO_SERVICE_NAME: spec.name,
    MICRO_SERVICE_VERSION: literal(spec.version),
  };
}

function dependsOn(spec: ServiceSpec, { find, note }: ComposeContext): { depends_on?: Record<string, unknown> } {
  const needs = spec.dependsOn.flatMap(({ service, condition }) => {
    const other = find(service);
    if (!other || other.kind === 'external') return [];
    if (other.start === 'disabled') note(`it needs ${service}, which is disabled`);
    return [[service, { condition: composeCondition(condition, other) }]];
  });
  return needs.length > 0 ? { depends_on: Object.fromEntries(needs) } : {};
}

function composeCondition(condition: string, other: ServiceSpec): string {
  if (condition === 'completed') return 'service_completed_successfully';
  if (condition === 'started') return 'service_started';
  return healthTest(other, containerPort(other)) ? 'service_healthy' : 'service_started';
}

function restartPolicy(spec: ServiceSpec): string {
  if (spec.restart.policy === 'never') return 'no';
  return spec.restart.policy === 'always' ? 'always' : 'on-failure';
}

function deploy(spec: ServiceSpec): { deploy?: Record<string, unknown> } {
  const amounts = (of: { cpu?: string; memory?: string } | undefined): Record<string, string> | undefined => {
    if (!of || (of.cpu === undefined && of.memory === undefined)) return undefined;
    return {
      ...(of.cpu === undefined ? {} : { cpus: cores(of.cpu) }),
      // Compose says M for what Kubernetes calls Mi.
      ...(of.memory === undefined ? {} : { memory: of.memory.replace(/i$/, '') }),
    };
  };
  const limits = amounts(spec.resources?.limits);
  const reservations = amounts(spec.resources?.requests);
  const resources =
    limits || reservations ? { resources: { ...(limits && { limits }), ...(reservations && { reservations }) } } : {};
  const all = { ...(spec.replicas > 1 ? { replicas: spec.replicas } : {}), ...resources };
  return Object.keys(all).length > 0 ? { deploy: all } : {};
}

function cores(cpu: string): string {
  return cpu.endsWith('m') ? String(Number(cpu.slice(0, -1)) / 1000) : cpu;
}
