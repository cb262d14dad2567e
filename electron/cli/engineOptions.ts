import type { Command } from 'commander';
import type { EngineAddresses } from '../server/index.ts';
import { holdsSecret } from '../../shared/lib/addressSecrets.ts';
import type { CliContext } from './context.ts';
import { usageError } from './usageError.ts';

/** What says where the engines are that `micro server` may be given, with the variable that says the same. */
const ENGINES = [
  {
    name: 'store',
    variable: 'MICRO_STORE',
    engine: 'Postgres',
    example: 'postgres://HOST/DATABASE',
    text: 'keep records, config and accounts in a Postgres: postgres://[user@]host[:port]/database',
  },
  {
    name: 'events',
    variable: 'MICRO_EVENTS',
    engine: 'NATS',
    example: 'nats://HOST',
    text: 'keep events and carry the broker in a NATS with JetStream: nats://[user@]host[:port][/prefix]',
  },
  {
    name: 'registry',
    variable: 'MICRO_REGISTRY',
    engine: 'etcd',
    example: 'etcd://HOST',
    text: 'share with other servers who is up, by an etcd: etcd://[user@]host[:port][/prefix]',
  },
  {
    name: 'advertise',
    variable: 'MICRO_ADVERTISE_HOST',
    text: '--registry: host at which other servers reach services of this one (default: its first address)',
  },
  {
    name: 'name',
    variable: 'MICRO_SERVER_NAME',
    text: '--registry: what this server is called among the others (default: name of its machine)',
  },
] as const;

/** How each is written. */
const FLAGS = {
  store: '--store <address>',
  events: '--events <address>',
  registry: '--registry <address>',
  advertise: '--advertise-host <host>',
  name: '--server-name <name>',
} as const;
/** The names by which the options are read. */
const KEYS = {
  store: 'store',
  events: 'events',
  registry: 'registry',
  advertise: 'advertiseHost',
  name: 'serverName',
} as const;

/** Adds the options that say where a server keeps its state. */
export function addEngineOptions(command: Command): void {
  for (const { name, variable, text } of ENGINES) command.option(FLAGS[name], `${text} (or ${variable})`);
}

/** What the options and the environment say; an option comes first. Throws a usage error for a secret in an option. */
export function engineAddresses({ env }: Pick<CliContext, 'env'>, options: Record<string, unknown>): EngineAddresses {
  const addresses: EngineAddresses = {};
  for (const { name, variable } of ENGINES) {
    const option = options[KEYS[name]] as string | undefined;
    // Every user of the machine sees the words of a process; its variables are its own.
    if (option !== undefined && holdsSecret(option, { nameIsToken: name === 'events' && !env.NATS_PASSWORD }))
      throw usageError(
        `the address of ${FLAGS[name].split(' ')[0]} has a secret in it, which others see in the list of processes`,
        `give that address by ${variable}, or the secret by its own variable: docs/engines.md`,
      );
    const address = option ?? env[variable];
    if (address) addresses[name] = address;
  }
  return addresses;
}

/** Engines whose address is not known: their flag and variable, and how an address looks. */
export function missingEngines(
  addresses: EngineAddresses,
): { name: string; variable: string; engine: string; example: string }[] {
  return ENGINES.flatMap((each) => ('engine' in each && addresses[each.name] === undefined ? [each] : []));
}
