import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { Accounts, Access, Auth, type Rule as RuleMessage, Rules } from '../../../../shared/contract/gen/auth_pb.ts';
import { Authority as AuthorityContract } from '../../../../shared/contract/gen/authority_pb.ts';
import type { Account } from '../../auth/accounts.ts';
import type { Authority } from '../../auth/authority.ts';
import { isAdmin } from '../../auth/caller.ts';
import type { Clock } from '../../base/clock.ts';
import { forbidden } from '../../auth/checkAccess.ts';
import type { Rule } from '../../auth/rules.ts';
import { addressKey, callerOf } from './callerContext.ts';
import { toldOf } from './changeTold.ts';
import { namespaceOf } from './namespaceOf.ts';

/** Refusals of an answer when nothing is said, and at most. */
const USUAL_REFUSALS = 100;
const MAX_REFUSALS = 10_000;

/** What {@link authService} works with. */
export interface AuthServiceOptions {
  authority: Authority;
  clock: Clock;
}

/** Serves micro's `auth` package, and what it has no words for beside it. */
export function authService(router: ConnectRouter, { authority, clock }: AuthServiceOptions): void {
  const { accounts, rules } = authority;
  router.service(Auth, {
    async generate({ id, type, name, scopes, metadata, secret, options }, context) {
      const namespace = namespaceOf(options, context);
      const account: Account = { id, type: typeOf(type), name: name || id, scopes, metadata, namespace };
      const made = await accounts.create({ ...account, secret });
      return { account: { ...accountMessage(account), secret: made } };
    },
    async inspect({ token }) {
      const account = await authority.accountOfToken(token);
      if (account) return { account: accountMessage(account) };
      throw new MicroError('api.unauthenticated', 'the token is not one of this server');
    },
    async token({ id, secret, refreshToken, tokenExpiry, options }, context) {
      const seconds = Number(tokenExpiry);
      const issued = refreshToken
        ? await authority.refresh(refreshToken, seconds)
        : await authority.login(
            options?.namespace || callerOf(context).namespace,
            id,
            secret,
            seconds,
            context.values.get(addressKey),
          );
      return { token: { ...issued, created: BigInt(issued.created), expiry: BigInt(issued.expiry) } };
    },
  });
  router.service(Accounts, {
    async list({ options }, context) {
      return { accounts: (await accounts.list(namespaceOf(options, context))).map(accountMessage) };
    },
    async delete({ id, options }, context) {
      await accounts.delete(namespaceOf(options, context), id);
      return {};
    },
    async changeSecret({ id, oldSecret, newSecret, options }, context) {
      const namespace = namespaceOf(options, context);
      const caller = callerOf(context);
      if (!isAdmin(caller)) {
        if (caller.id !== id || caller.namespace !== namespace) throw forbidden(caller, `the account ${id}`);
        await authority.verify(namespace, id, oldSecret, context.values.get(addressKey));
      }
      await accounts.changeSecret(namespace, id, newSecret);
      return {};
    },
  });
  router.service(Rules, {
    async create({ rule, options }, context) {
      if (!rule?.resource) throw new MicroError('api.invalid', 'the rule or its resource is missing');
      await rules.create(namespaceOf(options, context), ruleOf(rule));
      return {};
    },
    async delete({ id, options }, context) {
      await rules.delete(namespaceOf(options, context), id);
      return {};
    },
    async list({ options }, context) {
      return { rules: (await rules.list(namespaceOf(options, context))).map(ruleMessage) };
    },
  });
  router.service(AuthorityContract, {
    async read(_, context) {
      const { id, type, namespace, scopes } = callerOf(context);
      return {
        enabled: authority.enabled,
        id,
        type,
        namespace,
        scopes: [...scopes],
        defaultRules: await rules.defaults(namespace),
      };
    },
    watch: (_, context) => toldOf(authority.onDidChange, clock, context.signal),
    async audit({ limit }) {
      return { refusals: await authority.audit.read(Math.min(limit || USUAL_REFUSALS, MAX_REFUSALS)) };
    },
    rotateKey: async () => ({ keyId: await authority.tokens.rotate() }),
  });
}

function typeOf(type: string): Account['type'] {
  if (type === '' || type === 'user') return 'user';
  if (type === 'service') return 'service';
  throw new MicroError('auth.invalid', `the type "${type}" is not user or service`);
}

function accountMessage({ id, type, name, scopes, metadata, namespace }: Account) {
  return { id, type, name, scopes: [...scopes], metadata: { ...metadata }, issuer: namespace };
}

function ruleMessage({ id, scope, resource, access, priority }: Rule) {
  return { id, scope, resource, access: access === 'granted' ? Access.GRANTED : Access.DENIED, priority };
}

function ruleOf({ id, scope, resource, access, priority }: RuleMessage): Rule {
  if (access === Access.UNKNOWN) throw new MicroError('auth.invalid', 'the access is not granted or denied');
  return {
    id,
    scope,
    resource: { type: resource?.type ?? '', name: resource?.name ?? '', endpoint: resource?.endpoint ?? '' },
    access: access === Access.GRANTED ? 'granted' : 'denied',
    priority,
  };
}
