import * as z from 'zod';

// The renderer's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** The file that is being written always stays, and the one before it: less than this could not be kept to, MB. */
export const leastLogMegabytes = 16;

const logs = z.strictObject({
  maxServiceMegabytes: z
    .number()
    .min(leastLogMegabytes)
    .max(1_000_000)
    .default(2048)
    .describe('Megabytes of log kept per service; two thousand are some twenty million usual lines.'),
  maxTotalMegabytes: z
    .number()
    .min(leastLogMegabytes)
    .max(10_000_000)
    .default(8192)
    .describe('Megabytes of log kept in all; the service with most of them is cut first.'),
  maxAgeDays: z.number().min(0).max(36_500).default(30).describe('Days after which lines are removed; 0: never.'),
});

const traffic = z.strictObject({
  accessLog: z
    .boolean()
    .default(true)
    .describe('Write a line for each request through gateway and proxy: micro logs gateway, micro logs proxy.'),
  keptBodyKilobytes: z
    .number()
    .min(0)
    .max(1024)
    .default(16)
    .describe('Kilobytes of the text of each request that are kept in memory, to send it again; 0: none.'),
});

/** The largest event has 8 MB: a topic with less room than two could not keep it until it is consumed, MB. */
const leastTopicMegabytes = 16;
const topicMegabytes = z.number().min(leastTopicMegabytes).max(1_000_000);
const topicEvents = z.number().min(1).max(1_000_000_000);
const topicHours = z.number().min(0).max(876_000);

const events = z.strictObject({
  maxTopicMegabytes: topicMegabytes.default(512).describe('Megabytes of events kept per topic.'),
  maxTopicEvents: topicEvents.default(1_000_000).describe('Events kept per topic.'),
  maxAgeHours: topicHours.default(168).describe('Hours after which events are removed; 0: never.'),
  topics: z
    .record(
      z.string(),
      z.strictObject({
        maxTopicMegabytes: topicMegabytes.optional(),
        maxTopicEvents: topicEvents.optional(),
        maxAgeHours: topicHours.optional(),
      }),
    )
    .default({})
    .describe('What holds for single topics instead.'),
});

const auth = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether calls to services are held against the rules of micro auth.'),
});

/** The content of settings.json in MICRO_HOME. Every key may be absent. */
export const settingsSchema = z.strictObject({
  logs: logs.prefault({}),
  traffic: traffic.prefault({}),
  events: events.prefault({}),
  auth: auth.prefault({}),
});

/** All settings, with defaults filled in. */
export type Settings = z.infer<typeof settingsSchema>;

/** A change of settings: what is absent stays as it is. */
export interface SettingsChange {
  logs?: Partial<Settings['logs']>;
  traffic?: Partial<Settings['traffic']>;
  events?: Partial<Settings['events']>;
  auth?: Partial<Settings['auth']>;
}

/** What holds when nothing is set. */
export const defaultSettings: Settings = settingsSchema.parse({});

/** What is wrong with a value of settings.json, one sentence each, with the key and the value. */
export function settingsProblems(value: unknown): string[] {
  const parsed = settingsSchema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, value));
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): string[] {
  const path = issue.path.map(String).join('.');
  const found = valueAt(value, issue.path);
  const subject = path === '' ? 'the whole' : path;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = Object.keys(shapeAt(issue.path)).join(', ');
      const prefix = path === '' ? '' : `${path}.`;
      return issue.keys.map((key) => `there is no setting ${prefix}${key} (known here: ${known})`);
    }
    case 'invalid_type':
      return [
        `${subject} is ${JSON.stringify(found)}, and has to be ${issue.expected === 'object' ? 'an object' : issue.expected === 'boolean' ? 'true or false' : `a ${issue.expected}`}`,
      ];
    case 'too_small':
      return [`${subject} is ${JSON.stringify(found)}, and has to be at least ${issue.minimum}`];
    case 'too_big':
      return [`${subject} is ${JSON.stringify(found)}, and may be at most ${issue.maximum}`];
    default:
      return [`${subject} is ${JSON.stringify(found)}: ${issue.message}`];
  }
}

function shapeAt(path: readonly PropertyKey[]): Record<string, unknown> {
  if (path[0] === 'logs') return logs.shape;
  if (path[0] === 'traffic') return traffic.shape;
  if (path[0] === 'auth') return auth.shape;
  if (path[0] !== 'events') return settingsSchema.shape;
  const { topics: _, ...ofOne } = events.shape;
  return path.length > 1 ? ofOne : events.shape;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
