import * as z from 'zod';

// The renderer's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** What a service name looks like: a DNS label, so that it can be a path segment and a host name. */
export const serviceNamePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const name = z
  .string()
  .regex(
    serviceNamePattern,
    'a name is 1 to 63 lower case letters, digits and -, and begins and ends with a letter or digit',
  );

/** Copies of one service on one machine; more are a mistake rather than a wish. */
export const maxReplicas = 32;

/** A span of time: whole milliseconds, or a number with its unit. */
const duration = z
  .union([
    z.int().min(0),
    z.string().regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a span of time is written like 500ms, 2s, 5m or 1h'),
  ])
  .describe('Milliseconds, or text such as 500ms, 2s, 5m or 1h.');

/** The parts of `/pattern/flags`; undefined for plain text. */
export function regexParts(text: string): { source: string; flags: string } | undefined {
  const match = /^\/(.+)\/([imsu]*)$/s.exec(text);
  return match ? { source: match[1] as string, flags: match[2] as string } : undefined;
}

function isUsablePattern(text: string): boolean {
  const regex = regexParts(text);
  try {
    return regex === undefined || new RegExp(regex.source, regex.flags) !== undefined;
  } catch {
    return false;
  }
}

/** How many of the values are given. */
const countOf = (...values: unknown[]): number => values.filter((value) => value !== undefined).length;

const port = z.int().min(1).max(65535);

const envValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const env = z
  .record(z.string().regex(/^[^=\0]+$/, 'the name of a variable has no = in it'), envValue)
  .describe('Environment variables. null takes a variable away.');

const envFile = z
  .union([z.string(), z.array(z.string())])
  .describe(
    'dotenv files, relative to the folder of the service; a later file wins. A missing file is an error unless its name ends in ?.',
  );

const command = z
  .union([z.string().min(1), z.array(z.string()).min(1)])
  .describe('A command line, or a list of program and arguments. A shell is used only when the line needs one.');

const condition = z
  .enum(['started', 'ready', 'completed', 'healthy'])
  .describe(
    'started: its process is up; ready: it proved readiness; healthy: ready and its live check passes; completed: the task ended well.',
  );

const probeTiming = {
  interval: duration.optional().describe('Time between two checks. Default: quick at first, then every 250 ms.'),
  timeout: duration.optional().describe('How long one check may take. Default 2s.'),
};

const readiness = z
  .strictObject({
    tcp: z
      .union([z.literal(true), port])
      .optional()
      .describe('Ready when it listens: true for its own port, or a number.'),
    http: z.string().optional().describe('Ready when this path (or URL) answers 200 to 399.'),
    log: z
      .string()
      .min(1)
      .refine(isUsablePattern, 'this regular expression cannot be used')
      .optional()
      .describe('Ready when a line of its output contains this text; /…/ is a regular expression.'),
    exec: command.optional().describe('Ready when this command ends with 0.'),
    after: duration.optional().describe('Ready when its process has lived so long; for services that listen nowhere.'),
    ...probeTiming,
    within: duration
      .optional()
      .describe('Not ready in this time counts as a failed start. Default: it may take as long as it likes.'),
  })
  .refine(
    ({ tcp, http, log, exec, after }) => countOf(tcp, http, log, exec, after) <= 1,
    'takes one of tcp, http, log, exec and after',
  )
  .describe('What proves that the service is ready. Default: tcp on its port.');

const liveness = z
  .strictObject({
    tcp: z
      .union([z.literal(true), port])
      .optional()
      .describe('Healthy while it accepts connections.'),
    http: z.string().optional().describe('Healthy while this path (or URL) answers 200 to 399.'),
    exec: command.optional().describe('Healthy while this command ends with 0.'),
    interval: duration.optional().describe('Time between two checks. Default 10s.'),
    timeout: duration.optional().describe('How long one check may take. Default 2s.'),
    failures: z.int().min(1).optional().describe('So many failed checks in a row restart the service. Default 3.'),
  })
  .refine((value) => countOf(value.tcp, value.http, value.exec) === 1, 'needs one of tcp, http and exec')
  .describe('Checked while the service runs; it is restarted after several failures in a row.');

const watch = z
  .union([
    z.boolean(),
    z.strictObject({
      include: z
        .array(z.string())
        .optional()
        .describe('Patterns, relative to the folder of the service. Default: everything.'),
      ignore: z
        .array(z.string())
        .optional()
        .describe('Patterns (as in .gitignore) that do not count. .gitignore and the usual folders never count.'),
      debounceMs: z
        .int()
        .min(0)
        .max(60_000)
        .optional()
        .describe('Quiet time after the last change before anything happens. Default 100.'),
    }),
  ])
  .describe('Which files reload the service. Default: true for a service with build or reload, else false.');

const restart = z
  .strictObject({
    policy: z
      .enum(['always', 'on-failure', 'never'])
      .optional()
      .describe('When it is started again by itself. Default on-failure; never for tasks.'),
    maxPerMinute: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('More restarts than this within a minute: it keeps crashing and is left alone. Default 10.'),
    maxInRow: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('So many restarts in a row without a stable minute: it keeps crashing and is left alone. Default 10.'),
    delay: duration.optional().describe('Wait before the first restart; doubles each time. Default 500ms.'),
    maxDelay: duration.optional().describe('The longest wait. Default 30s.'),
  })
  .describe('What happens when it ends by itself.');

const stop = z
  .strictObject({
    signal: z
      .enum(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'])
      .optional()
      .describe('Asks it to end. Default SIGTERM.'),
    graceMs: z.int().min(0).max(3_600_000).optional().describe('Time it gets before SIGKILL. Default 10000.'),
    command: command
      .optional()
      .describe('Run instead of the signal; gets the environment of the service and MICRO_PID.'),
  })
  .describe('How it is stopped. All its processes, helpers included, are gone before it counts as stopped.');

const schedule = z
  .strictObject({
    every: duration.optional().describe('Runs so long after the last start.'),
    cron: z.string().min(1).optional().describe('Five or six fields, as in crontab.'),
    timezone: z.string().optional().describe('For cron: a name such as Europe/Paris. Default: of this machine.'),
  })
  .refine((value) => (value.every === undefined) !== (value.cron === undefined), 'needs every or cron, one of them')
  .describe('Runs a task again and again. A run that is still going is not doubled.');

/** cpu in cores, memory in bytes with a suffix, as Kubernetes and compose write them. */
const amounts = z.strictObject({
  cpu: z
    .union([z.number().positive(), z.string().regex(/^(\d+m|\d+(\.\d+)?)$/, 'cpu is written like 0.5 or 250m')])
    .optional()
    .describe('Cores, e.g. 0.5 or 250m.'),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/, 'memory is written like 128Mi or 1Gi')
    .optional()
    .describe('Bytes, e.g. 128Mi or 1Gi.'),
});

const image = z
  .union([
    z.string().min(1),
    z.strictObject({
      name: z.string().min(1).describe('The image, e.g. registry.example/shop/catalog:1.4.'),
      run: command.optional().describe('What is started in it. Default: what the image itself starts.'),
    }),
  ])
  .describe(
    'The image that Kubernetes and compose run. Default: one is built from the Dockerfile of its folder, or from a generated one. Processes of this machine take no notice of it.',
  );

const resources = z
  .strictObject({
    requests: amounts.optional().describe('What a copy is sure to get.'),
    limits: amounts.optional().describe('What it may use at most; more memory ends it.'),
  })
  .describe('What a copy may use in a container. Processes of this machine take no notice of it.');

const serviceFields = {
  path: z.string().optional().describe('Working folder, relative to this file.'),
  build: command.optional().describe('Runs before each start and reload. A failure keeps the old version serving.'),
  run: command.optional().describe('What is started.'),
  port: z
    .union([port, z.enum(['auto', 'none'])])
    .optional()
    .describe('auto: any free port; none: it listens nowhere; or a number. Given to the process as PORT.'),
  address: z.string().optional().describe('External services: host:port or URL.'),
  env: env.optional(),
  envFile: envFile.optional(),
  dependsOn: z
    .union([z.array(name), z.record(name, condition)])
    .optional()
    .describe(
      'Services that have to be there first: a list (ready, or completed for a task), or a map of name to condition.',
    ),
  ready: readiness.optional(),
  live: liveness.optional(),
  watch: watch.optional(),
  reload: z
    .enum(['rolling', 'restart', 'none'])
    .optional()
    .describe(
      'rolling: the new copy is ready before the old one ends; restart: stop, then start; none: it reloads itself. Default restart.',
    ),
  onConfigChange: z
    .enum(['restart', 'none', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT'])
    .optional()
    .describe(
      'When a value that its env names as ${config:…} or ${secret:…} changes: restart (as `reload` says, without a build); a signal, sent to its first process (Windows has none and restarts); none: the next start has it. Default restart; none for tasks.',
    ),
  cascade: z.boolean().optional().describe('A reload also restarts the services that depend on it. Default false.'),
  restart: restart.optional(),
  stop: stop.optional(),
  replicas: z.int().min(1).max(maxReplicas).optional().describe('How many copies run. Default 1.'),
  move: z
    .boolean()
    .optional()
    .describe(
      'Where several servers form one environment: another one may run it when its own is gone, if the project was sent there. false: what it keeps is on the disk of its machine. Default true.',
    ),
  image: image.optional(),
  resources: resources.optional(),
  tty: z
    .boolean()
    .optional()
    .describe('true: runs on a pseudo terminal and can be typed into. Default false: standard input is empty.'),
  kind: z
    .enum(['service', 'task', 'external'])
    .optional()
    .describe('service: runs on; task: runs to its end; external: not started, only checked. Default service.'),
  schedule: schedule.optional(),
  successExitCodes: z.array(z.int().min(0).max(255)).optional().describe('Exit codes beside 0 that are no failure.'),
  version: z.string().optional().describe('Shown, registered, and given as MICRO_SERVICE_VERSION. Default latest.'),
  labels: z.array(z.string()).optional().describe('Words to group and filter by.'),
  start: z
    .enum(['auto', 'manual', 'disabled'])
    .optional()
    .describe(
      'auto: started with the project; manual: only by name or when another service needs it; disabled: never. Default auto.',
    ),
};

const serviceForOs = z.strictObject(serviceFields).omit({ kind: true, start: true }).partial();

/** One service as it is written in micro.yaml. A bare string is its `run`. */
export const serviceManifestSchema = z
  .strictObject({
    ...serviceFields,
    os: z
      .strictObject({
        linux: serviceForOs.optional(),
        macos: serviceForOs.optional(),
        windows: serviceForOs.optional(),
      })
      .optional()
      .describe('Values that replace the ones above on one system.'),
  })
  .describe('A service.');

/** micro.yaml. Strict: a key that is not here is an error. */
export const manifestSchema = z
  .strictObject({
    name: name.optional().describe('Name of the project. Default: the name of its folder.'),
    env: env.optional(),
    envFile: envFile.optional(),
    services: z
      .record(z.string(), z.union([z.string().min(1), serviceManifestSchema]))
      .describe('The services by name.'),
  })
  .describe('The services of a project and how they run.');

/** micro.yaml as written. */
export type Manifest = z.infer<typeof manifestSchema>;
/** One service as written, shorthand resolved. */
export type ServiceManifest = z.infer<typeof serviceManifestSchema>;
/** A condition of `dependsOn`. */
export type DependencyCondition = z.infer<typeof condition>;

const durationUnitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A span of time of the manifest in milliseconds. */
export function durationMs(value: number | string): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value);
  if (!match) throw new Error(`not a span of time: ${value}`);
  return Math.round(Number(match[1]) * durationUnitsMs[match[2] as keyof typeof durationUnitsMs]);
}
