import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { microProcess } from './microProcess.ts';
import { tempFolder } from './tempFolder.ts';
import { waitFor } from './waitFor.ts';

/** Where a scenario is played: the command line of one MICRO_HOME, and the words that lead to the environment. */
export interface ParityPlace {
  home: string;
  /** After each verb, e.g. `--environment staging --yes staging`; none for `local`. */
  words: readonly string[];
  /** Added to the environment of each command. */
  env?: Readonly<Record<string, string>>;
}

/** ms for a service to get there, images and machines in between included. */
const PATIENCE_MS = 90_000;

/**
 * One developer's morning, by the command line alone: run, status, logs, call, scale, update, store, config, events, kill.
 * Resolves with what every command said and how it ended, without what differs from run to run (times, ports, ids). The same
 * on each environment, or the environments differ in what they do.
 */
export async function playScenario(place: ParityPlace): Promise<string[]> {
  const project = join(await tempFolder('parity'), 'parity');
  await mkdir(project);
  await cp(resolve('test/fixtures/echoService.mjs'), join(project, 'main.mjs'));
  await writeFile(
    join(project, 'micro.yaml'),
    'name: parity\nservices:\n' +
      '  greeter:\n    path: .\n    run: node main.mjs\n    watch: false\n' +
      '  front:\n    path: .\n    run: node main.mjs\n    watch: false\n    dependsOn: [greeter]\n',
  );
  const settings = { home: place.home, env: place.env };
  const record: string[] = [];
  const run = (words: readonly string[]) =>
    microProcess([words[0] as string, ...place.words, ...words.slice(1)], { ...settings, cwd: project });
  const micro = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await run(words);
    record.push(`$ micro ${words.join(' ')}`, ...normalised(out), `= ${code}`);
    if (code !== 0) record.push(...normalised(err));
    return out;
  };
  /** For verbs that tell what happens while it happens: only what came of it, in order of names. */
  const act = async (...words: string[]): Promise<void> => {
    const { code, out, err } = await run([...words, '--json']);
    const events = out.split('\n').filter((line) => line.includes('"done":true'));
    const ends = events.map((line) => JSON.parse(line) as { service: string; status: string; ok: boolean });
    const told = ends.map(({ service, status, ok }) => `${service} ${status} ${ok ? 'ok' : 'failed'}`);
    record.push(`$ micro ${words.join(' ')}`, ...told.sort(), `= ${code}`);
    if (code !== 0) record.push(...normalised(err));
  };
  const status = async (): Promise<void> => {
    const { out } = await run(['status', '--json']);
    const { services } = JSON.parse(out) as { services: SeenService[] };
    record.push('$ micro status');
    for (const { name, status: word, project: of, instances } of services)
      record.push(`${name} ${word} ${of} ${instances.length}`);
  };

  await act('run', '.');
  await status();
  await micro('services');
  await micro('call', 'greeter', '/hello');
  record.push('$ micro logs greeter -f', ...(await follow(place, project)));
  await act('scale', 'front', '2');
  await status();
  await act('scale', 'front', '1');
  const source = await readFile(join(project, 'main.mjs'), 'utf8');
  // The answer, not what the service logs.
  const changed = source.replace('response.end(`${name}', 'response.end(`changed ${name}');
  await writeFile(join(project, 'main.mjs'), changed);
  await act('update', '.');
  await micro('call', 'greeter', '/hello');
  await micro('store', 'write', 'parity/a', 'one');
  await micro('store', 'read', 'parity/a');
  await micro('store', 'list', '--prefix', 'parity/');
  await micro('store', 'delete', 'parity/a');
  await micro('store', 'read', 'parity/a');
  await micro('config', 'set', 'parity.pool', '5');
  await micro('config', 'get', 'parity.pool');
  await micro('config', 'del', 'parity.pool');
  await micro('config', 'get', 'parity.pool');
  await micro('events', 'publish', 'parity', '{"id":7}', '--key', '7');
  await micro('events', 'history', 'parity');
  await act('restart', 'greeter');
  await act('kill', 'front');
  await status();
  await act('stop', '--all');
  await status();
  await micro('call', 'greeter', '/hello');
  await micro('logs', 'nobody');
  return record;
}

interface SeenService {
  name: string;
  status: string;
  project: string;
  instances: unknown[];
}

/** Follows a log until a request that is made meanwhile is in it. */
async function follow(place: ParityPlace, cwd: string): Promise<string[]> {
  let asked: Promise<unknown> | undefined;
  const line = 'greeter GET /followed';
  const { out } = await microProcess(['logs', ...place.words, 'greeter', '-f', '--json'], {
    home: place.home,
    env: place.env,
    cwd,
    watch(soFar, kill) {
      if (soFar.includes(line)) kill('SIGINT');
      else if (soFar.includes('listens on'))
        asked ??= microProcess(['call', ...place.words, 'greeter', '/followed'], {
          home: place.home,
          env: place.env,
          cwd,
        });
    },
  });
  await asked;
  await waitFor('the line', () => out.includes(line), PATIENCE_MS);
  return ['greeter begins', 'greeter GET /hello', line].filter((text) => out.includes(text));
}

/** Without what is another thing each time. */
function normalised(text: string): string[] {
  return text
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, '<time>')
    .replace(/\b\d\d:\d\d:\d\d(?:\.\d+)?\b/g, '<time>')
    .replace(/127\.0\.0\.1:\d+/g, '<address>')
    .replace(/\b\d+(?:\.\d+)?\s?(?:ms|s|µs|us)\b/g, '<span>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{16,32}\b/g, '<id>')
    .replace(/\btrace [0-9a-f]+/g, 'trace <id>')
    .replace(/\/\S*micro-\S+/g, '<folder>')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
