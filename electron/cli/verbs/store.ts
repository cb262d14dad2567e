import { blobAction } from '../blobActions.ts';
import { parseCount } from '../parseCount.ts';
import { parseSpan } from '../parseTime.ts';
import { addExamples } from '../program.ts';
import {
  databasesAction,
  deleteAction,
  listAction,
  readAction,
  statsAction,
  type StoreAction,
  type StoreOptions,
  tablesAction,
  writeAction,
} from '../storeActions.ts';
import { restoreAction, snapshotAction } from '../storeSnapshot.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';
import { chooseAction } from '../verbActions.ts';

const ACTIONS: Readonly<Record<string, StoreAction>> = {
  read: readAction,
  write: writeAction,
  delete: deleteAction,
  list: listAction,
  databases: databasesAction,
  tables: tablesAction,
  stats: statsAction,
  snapshot: snapshotAction,
  restore: restoreAction,
  blob: blobAction,
};

/** `micro store`: records by key, with micro's words and options. */
export const storeVerb: Verb = {
  configure(command) {
    command
      .argument('<action>', Object.keys(ACTIONS).join(', '))
      .argument('[words...]', 'what the action takes: a key, a value, a file')
      .option('-d, --database <name>', 'database (default: micro)')
      .option('-t, --table <name>', 'table, by custom the name of a service (default: micro)')
      .option('-p, --prefix [text]', 'read: the key is the begin of keys; list: keys that begin with the text')
      .option('-s, --suffix [text]', 'read: the key is the end of keys; list: keys that end with the text')
      .option('-l, --limit <n>', 'at most so many (0: all)')
      .option('-o, --offset <n>', 'leave out so many first')
      .option('--order <order>', 'asc (default) or desc, by the bytes of the keys')
      .option('-v, --verbose', 'read: a table with key, value and what is left of its life')
      .option('-e, --expiry <span>', 'write, blob put: ends after this time, e.g. 30s, 5m, 24h')
      .option('--file <file>', 'write: the value is what the file holds')
      .option('--if-absent', 'write: only if no record has the key')
      .option('--if-revision <n>', 'write, delete: only if the record has this revision')
      .option('--type <type>', 'blob put: what it is, e.g. image/png')
      .option('--force', 'snapshot, blob get: replace the file if it is there');
    addExamples(command, [
      ['micro store write greeting "hello"', 'store a value (or from standard input, or --file)'],
      ['micro store write session/7 x -e 30m', 'one that ends after half an hour'],
      ['micro store read greeting', 'print it'],
      ['micro store read session/ --prefix -v', 'a table of all that begin so'],
      ['micro store list -t orders --prefix=2026- -l 20', 'keys of a table, one a line'],
      ['micro store blob put film.mp4 ./film.mp4', 'content of any size; blob get, list and delete as well'],
      ['micro store snapshot backup.jsonl', 'everything into a file; restore reads it back'],
    ]);
  },
  run(context, args, options) {
    // What begins with a dash stands behind `--`.
    const [name = '', ...given] = [...args, ...(context.rest ?? [])];
    // `--prefix KEY` and `KEY --prefix` mean the same to micro, but the first is taken for the option's text.
    const swallowed = name === 'read' && given.length === 0 ? [options.prefix, options.suffix].find(isText) : undefined;
    const words = swallowed === undefined ? given : [swallowed];
    return chooseAction('store', ACTIONS, [name, ...words], options).run(context, words, optionsOf(options));
  },
};

function optionsOf(options: Record<string, unknown>): StoreOptions {
  const order = String(options.order ?? 'asc');
  if (order !== 'asc' && order !== 'desc') throw usageError(`--order "${order}" is not asc or desc`, 'use one of them');
  return {
    database: String(options.database ?? 'micro'),
    table: String(options.table ?? 'micro'),
    prefix: (options.prefix as boolean | string | undefined) ?? false,
    suffix: (options.suffix as boolean | string | undefined) ?? false,
    limit: parseCount('limit', options.limit, 0),
    offset: parseCount('offset', options.offset, 0),
    order,
    verbose: options.verbose === true,
    expiryMs: options.expiry === undefined ? undefined : parseSpan('expiry', String(options.expiry)),
    file: options.file as string | undefined,
    force: options.force === true,
    type: options.type as string | undefined,
    when: conditionOf(options),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function conditionOf(options: Record<string, unknown>): StoreOptions['when'] {
  if (options.ifAbsent === true && options.ifRevision !== undefined)
    throw usageError('--if-absent and --if-revision exclude each other', 'give one of them');
  if (options.ifAbsent === true) return { case: 'absent', value: true };
  if (options.ifRevision !== undefined)
    return { case: 'revision', value: parseCount('if-revision', options.ifRevision, 0) };
  return { case: undefined };
}
