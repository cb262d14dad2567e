import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { ConfigHistory } from '../../../../shared/contract/gen/config_history_pb.ts';
import { Config as ConfigContract } from '../../../../shared/contract/gen/config_pb.ts';
import { isAdmin } from '../../auth/caller.ts';
import { checkNamespace, forbidden } from '../../auth/checkAccess.ts';
import type { Config, ConfigDifference } from '../../config/config.ts';
import type { Json } from '../../config/configTree.ts';
import { callerOf } from './callerContext.ts';
import { eventsOf } from './eventStream.ts';
import { namespaceOf } from './namespaceOf.ts';

/** Serves micro's `config.Config`, and the history of documents beside it. */
export function configService(router: ConnectRouter, config: Config): void {
  router.service(ConfigContract, {
    async get({ namespace, path, options }, context) {
      const name = namespaceOf({ namespace }, context);
      if (options?.secret === true && !isAdmin(callerOf(context)))
        throw forbidden(callerOf(context), 'secrets of the config; micro.yaml gives one to a service: ${secret:path}');
      const value = await config.get(name, path, { secrets: options?.secret === true });
      if (value === undefined)
        throw new MicroError('config.not-found', `nothing is at ${path || 'the root'} of ${name}`, {
          next: 'See what is there with: micro config get',
        });
      return { value: { data: JSON.stringify(value), format: 'json' } };
    },
    async set({ namespace, path, value, options }, context) {
      await config.set(namespaceOf({ namespace }, context), path, jsonOf(path, value?.data ?? ''), {
        secret: options?.secret === true,
      });
      return {};
    },
    async delete({ namespace, path }, context) {
      await config.delete(namespaceOf({ namespace }, context), path);
      return {};
    },
  });
  router.service(ConfigHistory, {
    namespaces: async () => ({ namespaces: await config.namespaces() }),
    async read({ namespace }, context) {
      const { value, revision, secrets } = await config.read(namespaceOf({ namespace }, context));
      return { data: JSON.stringify(value), revision, secrets };
    },
    async edit({ namespace, edits, ifRevision }, context) {
      const parsed = edits.map(({ path, value, secret }) => ({
        path,
        value: value === undefined ? undefined : jsonOf(path, value),
        secret,
      }));
      return { revision: await config.edit(namespaceOf({ namespace }, context), parsed, { revision: ifRevision }) };
    },
    async list({ namespace, path, limit }, context) {
      const changes = await config.history(namespaceOf({ namespace }, context), {
        path,
        ...(limit > 0 ? { limit } : {}),
      });
      return { changes: changes.map((change) => ({ ...change, differences: change.differences.map(toMessage) })) };
    },
    async diff({ namespace, from, to }, context) {
      return { differences: (await config.diff(namespaceOf({ namespace }, context), from, to)).map(toMessage) };
    },
    async rollBack({ namespace, revision, ifRevision }, context) {
      const name = namespaceOf({ namespace }, context);
      return { revision: await config.rollBack(name, revision, { revision: ifRevision }) };
    },
    watch: ({ namespace }, context) => watch(config, namespace, context),
  });
}

interface WatchMessage {
  namespace: string;
  revision: number;
  paths: string[];
}

async function* watch(
  config: Config,
  namespace: string,
  { signal, values }: HandlerContext,
): AsyncGenerator<WatchMessage> {
  if (namespace !== '') checkNamespace(callerOf({ values }), namespace);
  const changes = eventsOf(config.onDidChange, signal, (change) =>
    namespace === '' || change.namespace === namespace ? { ...change, paths: [...change.paths] } : undefined,
  );
  const first = changes.next();
  yield { namespace: '', revision: 0, paths: [] };
  for (let result = await first; !result.done; result = await changes.next()) yield result.value;
}

function jsonOf(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new MicroError(
      'config.invalid-value',
      `the value for ${path || 'the root'} is not JSON: ${(error as Error).message}`,
      {
        next: 'Send JSON: a text is "in quotes".',
        cause: error,
      },
    );
  }
}

function toMessage({ path, before, after }: ConfigDifference) {
  return {
    path,
    ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  };
}
