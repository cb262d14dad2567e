import {
  auditAction,
  createAction,
  deleteAction,
  listAction,
  rotateAction,
  rulesAction,
  statusAction,
  switchAction,
  updateAction,
} from '../authActions.ts';
import { loginAction, logoutAction, tokenAction } from '../authLogin.ts';
import type { AuthAction } from '../authOptions.ts';
import { parseCount } from '../parseCount.ts';
import { parseSpan } from '../parseTime.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';
import { chooseAction } from '../verbActions.ts';

/** Refusals that are shown when nobody says how many. */
const USUAL_AUDIT = 20;

const ACTIONS: Readonly<Record<string, AuthAction>> = {
  status: statusAction,
  list: listAction,
  rules: rulesAction,
  create: createAction,
  delete: deleteAction,
  update: updateAction,
  login: loginAction,
  logout: logoutAction,
  token: tokenAction,
  audit: auditAction,
  enable: switchAction(true),
  disable: switchAction(false),
  rotate: rotateAction,
};

/** `micro auth`: accounts, rules and tokens, with micro's words. */
export const authVerb: Verb = {
  configure(command) {
    command
      .argument('<action>', Object.keys(ACTIONS).join(', '))
      .argument('[words...]', 'what the action takes: accounts, rules, an id')
      .option('-n, --namespace <name>', 'which namespace (default: micro)')
      .option('--scope <scope>', 'create rule: who it is about; * any account, none given: everybody')
      .option('--resource <resource>', 'create rule: type:name:endpoint, each may be * (default: *:*:*)')
      .option('--access <access>', 'create rule: granted (default) or denied')
      .option('--priority <n>', 'create rule: higher ones are asked first (default: 0)')
      .option('--scopes <scopes>', 'create account: what it may, with commas between')
      .option('--type <type>', 'create account: user (default) or service')
      .option('--name <name>', 'create account: for people to read')
      .option('--secret', 'create account: type the secret, or pipe it; else one is made up')
      .option('-e, --expiry <span>', 'token: ends after this time (default: 15m; at most 24h)')
      .option('-l, --limit <n>', `audit: the last so many (default: ${USUAL_AUDIT})`);
    addExamples(command, [
      ['micro auth enable', 'hold calls to services against the rules'],
      ['micro auth create account ann --scopes reports', 'prints its secret, this once'],
      [
        'micro auth create rule no-admin --resource "service:orders:/admin/*" --access denied --priority 10',
        'for everybody',
      ],
      [
        'micro auth create rule ops --scope ops --resource "service:orders:/admin/*" --priority 20',
        'but not for these',
      ],
      ['micro auth login ann < secret.txt', 'act as this account; logout ends it'],
      ['curl -H "Authorization: Bearer $(micro auth token)" …', 'an access token for another program'],
      ['micro auth audit', 'what was refused to whom'],
    ]);
  },
  run(context, args, options) {
    const [name = '', ...words] = args;
    return chooseAction('auth', ACTIONS, [name, ...words], options).run(context, words, {
      namespace: String(options.namespace ?? context.namespace),
      scope: String(options.scope ?? ''),
      resource: options.resource as string | undefined,
      access: options.access as string | undefined,
      priority: priorityOf(options.priority),
      scopes: String(options.scopes ?? '')
        .split(',')
        .map((scope) => scope.trim())
        .filter((scope) => scope !== ''),
      type: String(options.type ?? 'user'),
      name: String(options.name ?? ''),
      secret: options.secret === true,
      expiryMs: options.expiry === undefined ? 0 : parseSpan('expiry', String(options.expiry)),
      limit: parseCount('limit', options.limit, USUAL_AUDIT),
    });
  },
};

function priorityOf(value: unknown): number {
  const text = String(value ?? 0);
  const priority = Number(text);
  if (/^-?\d+$/.test(text) && Math.abs(priority) < 2 ** 31) return priority;
  throw usageError(`--priority "${text}" is no whole number`, 'for example: --priority 10');
}
