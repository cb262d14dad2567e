import {
  type ConfigAction,
  delAction,
  diffAction,
  getAction,
  historyAction,
  rollbackAction,
  setAction,
  usageAction,
} from '../configActions.ts';
import { parseCount } from '../parseCount.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';
import { chooseAction } from '../verbActions.ts';

/** Changes that are shown when nobody says how many. */
const USUAL_HISTORY = 20;

const ACTIONS: Readonly<Record<string, ConfigAction>> = {
  get: getAction,
  set: setAction,
  del: delAction,
  history: historyAction,
  diff: diffAction,
  rollback: rollbackAction,
  usage: usageAction,
};

/** `micro config`: values by dotted paths, with micro's words. */
export const configVerb: Verb = {
  configure(command) {
    command
      .argument('<action>', Object.keys(ACTIONS).join(', '))
      .argument('[words...]', 'what the action takes: a path, a value, a revision')
      .option('-n, --namespace <name>', 'which document (default: micro)')
      .option('-s, --secret', 'set: keep it encrypted (where the key is: micro doctor); get: read secrets in the clear')
      .option('-l, --limit <n>', `history: at most so many changes (default: ${USUAL_HISTORY}; 0: all)`);
    addExamples(command, [
      ['micro config set db.pool 5', 'JSON if it is JSON, else text'],
      [`micro config set db '{"host":"a","port":1}'`, 'a map is merged into what is there'],
      ['micro config get db.pool', 'print a value bare'],
      ['micro config get', 'print everything, secrets masked'],
      ['micro config set api.key --secret < key.txt', 'from standard input, kept encrypted'],
      ['micro config history db', 'when it was changed, and how it was before'],
      ['micro config rollback 7', 'as it was at revision 7'],
      ['micro config usage db', 'which services have it, or a part of it, in their environment'],
    ]);
  },
  run(context, args, options) {
    // What begins with a dash stands behind `--`.
    const [name = '', ...words] = [...args, ...(context.rest ?? [])];
    const action = chooseAction('config', ACTIONS, [name, ...words], options);
    return action.run(context, words, {
      namespace: String(options.namespace ?? context.namespace),
      secret: options.secret === true,
      limit: parseCount('limit', options.limit, USUAL_HISTORY),
    });
  },
};
