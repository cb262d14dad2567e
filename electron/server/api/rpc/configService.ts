import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { ConfigHistory } from '../../../../shared/contract/gen/config_history_pb.ts';
import { Config as ConfigContract } from '../../../../shared/contract/gen/config_pb.ts';
import type { Config, ConfigDifference } from '../../config/config.ts';
import type { Json } from '../../config/configTree.ts';
import { eventsOf } from './eventStream.ts';

/** What micro's clients mean when they name none. */
const USUAL_NAMESPACE = 'micro';

/** Serves micro's `config.Config`, and the history of documents beside it. */
export function configService(router: ConnectRouter, config: Config): void {
  const nameOf = (namespace: string): string => namespace || USUAL_NAMESPACE;
  router.service(ConfigContract, {
    async get({ namespace, path, options }) {
      const value = await config.get(nameOf(namespace), path, { secrets: options?.secret === true });
      if (value === undefined)
        throw new MicroError('config.not-found', `nothing is at ${path || 'the root'} of ${nameOf(namespace)}`, {
          next: 'See what is there with: micro config get',
        });
      return { value: { data: JSON.stringify(value), format: 'json' } };
    },
    async set({ namespace, path, value, options }) {
      await config.set(nameOf(namespace), path, jsonOf(path, value?.data ?? ''), { secret: options?.secret === true });
      return {};
    },
    async delete({ namespace, path }) {
      await config.delete(nameOf(namespace), path);
      return {};
    },
  });
  router.service(ConfigHistory, {
    namespaces: async () => ({ namespaces: await config.namespaces() }),
    async list({ namespace, path, limit }) {
      const changes = await config.history(nameOf(namespace), { path, ...(limit > 0 ? { limit } : {}) });
      return { changes: changes.map((change) => ({ ...change, differences: change.differences.map(toMessage) })) };
    },
    async diff({ namespace, from, to }) {
      return { differences: (await config.diff(nameOf(namespace), from, to)).map(toMessage) };
    },
    rollBack: async ({ namespace, revision }) => ({ revision: await config.rollBack(nameOf(namespace), revision) }),
    watch: ({ namespace }, context) => watch(config, namespace, context),
  });
}

interface WatchMessage {
  namespace: string;
  revision: number;
}

async function* watch(config: Config, namespace: string, { signal }: HandlerContext): AsyncGenerator<WatchMessage> {
  const changes = eventsOf(config.onDidChange, signal, (change) =>
    namespace === '' || change.namespace === namespace ? change : undefined,
  );
  const first = changes.next();
  yield { namespace: '', revision: 0 };
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
