import { createAccount, listAccounts, updateSecret } from './authAccounts.ts';
import type { AuthAction } from './authOptions.ts';
import { createRule, listRules } from './authRules.ts';
import { exitCode } from './exitCode.ts';
import { renderTable } from './table.ts';
import { usageError } from './usageError.ts';

/** Prints rules or accounts. */
export const listAction: AuthAction = {
  takes: ['WHAT'],
  options: ['namespace'],
  run(context, [what = ''], options) {
    if (what === 'accounts') return listAccounts(context, options);
    if (what === 'rules') return listRules(context, options);
    throw usageError(`micro auth list does not know "${what}"`, 'use: micro auth list accounts, or rules');
  },
};

/** Prints the rules. */
export const rulesAction: AuthAction = {
  takes: [],
  options: ['namespace'],
  run: (context, _, options) => listRules(context, options),
};

/** Makes a rule or an account. */
export const createAction: AuthAction = {
  takes: ['WHAT', 'ID'],
  options: ['namespace', 'scope', 'resource', 'access', 'priority', 'scopes', 'type', 'name', 'secret'],
  async run(context, [what = '', id = ''], options) {
    if (what === 'account') return createAccount(context, id, options);
    if (what === 'rule') return createRule(context, id, options);
    throw usageError(`micro auth create does not know "${what}"`, 'use: micro auth create account ID, or rule ID');
  },
};

/** Takes out a rule or an account. */
export const deleteAction: AuthAction = {
  takes: ['WHAT', 'ID'],
  options: ['namespace'],
  async run(context, [what = '', id = ''], { namespace }) {
    if (what !== 'account' && what !== 'rule')
      throw usageError(`micro auth delete does not know "${what}"`, 'use: micro auth delete account ID, or rule ID');
    const { client } = await context.connect();
    const from = what === 'account' ? client.accounts : client.rules;
    await from.delete({ id, options: { namespace } }, { signal: context.signal });
    if (context.json) context.out.json({ [what]: id, deleted: true });
    else context.say('deleted');
    return exitCode.fine;
  },
};

/** Gives an account another secret. */
export const updateAction: AuthAction = {
  takes: ['WHAT', 'ID'],
  options: ['namespace'],
  run(context, [what = '', id = ''], options) {
    if (what === 'secret') return updateSecret(context, id, options);
    throw usageError(`micro auth update does not know "${what}"`, 'use: micro auth update secret ID');
  },
};

/** Says who micro acts as, and whether calls to services are checked. */
export const statusAction: AuthAction = {
  takes: [],
  options: [],
  async run(context) {
    const { client } = await context.connect();
    const { enabled, id, type, namespace, scopes } = await client.authority.read({}, { signal: context.signal });
    if (context.json) context.out.json({ enabled, account: id, type, namespace, scopes });
    else {
      context.out.line(`you are ${type} ${id} of ${namespace}, scopes ${scopes.join(',') || '-'}`);
      context.out.line(enabled ? 'calls to services are held against the rules' : 'calls to services are free for all');
    }
    return exitCode.fine;
  },
};

/** Prints what was refused, newest last. */
export const auditAction: AuthAction = {
  takes: [],
  options: ['limit'],
  async run(context, _, { limit }) {
    const { client } = await context.connect();
    const { refusals } = await client.authority.audit({ limit }, { signal: context.signal });
    const rows = refusals.reverse().map(({ at, code, account, namespace, resource, message, more }) => ({
      time: new Date(at).toISOString(),
      code,
      account,
      namespace,
      resource,
      message,
      more,
    }));
    if (context.json) {
      for (const row of rows) context.out.json(row);
      return exitCode.fine;
    }
    const lines = renderTable<(typeof rows)[number]>(
      [
        { title: 'TIME', text: ({ time }) => time },
        { title: 'ACCOUNT', text: ({ account }) => account || '-' },
        { title: 'RESOURCE', text: ({ resource }) => resource },
        { title: 'WHY', text: ({ code, more }) => (more > 0 ? `${code} (and ${more} before it)` : code) },
      ],
      rows,
      context.out.colours.bold,
    );
    if (rows.length === 0) context.say('nothing was refused');
    else for (const line of lines) context.out.line(line);
    return exitCode.fine;
  },
};

/** Switches the rules for calls to services on or off, in settings.json. */
export function switchAction(enabled: boolean): AuthAction {
  return {
    takes: [],
    options: [],
    async run(context) {
      const { client } = await context.connect();
      await client.settings.changeSettings({ auth: { enabled } }, { signal: context.signal });
      const now = await client.authority.read({}, { signal: context.signal });
      if (context.json) context.out.json({ enabled: now.enabled });
      else if (now.enabled === enabled)
        context.say(enabled ? 'calls to services are held against the rules' : 'calls to services are free for all');
      else context.err.line('note: this server was started with --auth, so it stays on until it ends');
      return exitCode.fine;
    },
  };
}

/** Makes a new key for access tokens. */
export const rotateAction: AuthAction = {
  takes: [],
  options: [],
  async run(context) {
    const { client } = await context.connect();
    const { keyId } = await client.authority.rotateKey({}, { signal: context.signal });
    if (context.json) context.out.json({ keyId });
    else context.say('a new key signs access tokens; those made before have ended');
    return exitCode.fine;
  },
};
