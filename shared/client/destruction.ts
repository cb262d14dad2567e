import type { Transport } from '@connectrpc/connect';

/** What a call would end or delete. */
export interface Destruction {
  /** `package.Service/Method`. */
  method: string;
  /** What it does, to follow "this will": "stop orders". */
  text: string;
}

/** Refuses by rejecting; resolves when the call may be made. */
export type AskDestruction = (destruction: Destruction) => Promise<void>;

/** The parts of requests that are looked at; a field that is not there is absent. */
interface Request {
  services?: readonly string[];
  service?: string;
  project?: string;
  all?: boolean;
  force?: boolean;
  replicas?: number;
  name?: string;
  id?: string;
  key?: string;
  path?: string;
  revision?: number;
  topic?: string;
  group?: string;
  resource?: { service?: { name?: string } };
  operations?: readonly { key?: string; act?: { case?: string | undefined } }[];
  auth?: { enabled?: boolean };
}

/**
 * Methods of the contract that end or delete something, with how to say it; undefined when this request does not. A test
 * sees that every method whose name sounds like it stands here.
 */
export const destructions: Readonly<Record<string, (request: Request) => string | undefined>> = {
  'desktop.Desktop/Stop': ({ force, ...of }) => `${force ? 'kill' : 'stop'} ${selected(of)}`,
  'desktop.Desktop/Scale': ({ service, replicas }) => (replicas === 0 ? `stop ${service}` : undefined),
  'desktop.Desktop/RollBack': ({ service }) => `put ${service} back to an earlier version`,
  'desktop.Desktop/CloseProject': ({ name, project }) => `stop and close the project ${name ?? project}`,
  'desktop.Desktop/RemoveService': ({ service, name }) => `stop and remove ${service ?? name}`,
  'desktop.Desktop/Shutdown': () => 'stop every service and end the server',
  'desktop.Console/ClearHistory': () => 'forget the calls that were made',
  'desktop.Console/DeleteSavedCall': () => 'delete a saved call',
  'runtime.Runtime/Delete': ({ resource }) => `stop and remove ${resource?.service?.name}`,
  'registry.Registry/Deregister': () => 'take a service out of the registry',
  'config.Config/Delete': ({ path }) => `delete the config at ${path}`,
  'config_history.ConfigHistory/RollBack': ({ revision }) => `put the config back to revision ${revision}`,
  'store.Store/Delete': ({ key }) => `delete the record ${key}`,
  'store.BlobStore/Delete': ({ key }) => `delete the blob ${key}`,
  'records.Records/Apply': ({ operations = [] }) => removed(operations),
  'records.Records/Restore': () => 'write the records of a snapshot over those of the same keys',
  'topics.Topics/RemoveTopic': ({ topic }) => `delete the topic ${topic} with its events`,
  'topics.Topics/DropDeadLetters': ({ topic, group }) => `give up dead letters of ${group} at ${topic} for good`,
  'topics.Topics/RemoveGroup': ({ topic, group }) => `delete the group ${group} of ${topic}`,
  'topics.Topics/Replay': ({ topic, group }) =>
    `move the group ${group} of ${topic}, which gets events again or skips some`,
  'auth.Accounts/Delete': ({ id }) => `delete the account ${id}`,
  'auth.Rules/Delete': ({ id }) => `delete the rule ${id}`,
  'authority.Authority/RotateKey': () => 'end every access token',
  'desktop.Settings/ChangeSettings': ({ auth }) => (auth?.enabled === false ? 'switch the rules off' : undefined),
};

/** A transport that asks before it sends what ends or deletes something. */
export function askBefore(transport: Transport, ask: AskDestruction): Transport {
  const check = async (typeName: string, name: string, request: unknown): Promise<void> => {
    const method = `${typeName}/${name}`;
    const text = Object.hasOwn(destructions, method) ? destructions[method]?.(request as Request) : undefined;
    if (text !== undefined) await ask({ method, text });
  };
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      await check(method.parent.typeName, method.name, input);
      return transport.unary(method, signal, timeoutMs, header, input, contextValues);
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      if (!Object.hasOwn(destructions, `${method.parent.typeName}/${method.name}`))
        return transport.stream(method, signal, timeoutMs, header, input, contextValues);
      const messages = input[Symbol.asyncIterator]();
      const first = await messages.next();
      await check(method.parent.typeName, method.name, first.value);
      const all = (async function* () {
        if (first.done !== true) yield first.value;
        yield* { [Symbol.asyncIterator]: () => messages };
      })();
      return transport.stream(method, signal, timeoutMs, header, all, contextValues);
    },
  };
}

function selected({ all, project, services = [] }: Request): string {
  if (all) return 'everything';
  if (project) return `the project ${project}`;
  return services.length > 4 ? `${services.length} services` : services.join(', ');
}

function removed(operations: NonNullable<Request['operations']>): string | undefined {
  const keys = operations.filter(({ act }) => act?.case === 'remove').map(({ key }) => key);
  if (keys.length === 0) return undefined;
  return keys.length === 1 ? `delete the record ${keys[0]}` : `delete ${keys.length} records`;
}
