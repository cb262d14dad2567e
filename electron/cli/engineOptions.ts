import type { Command } from 'commander';
import type { EngineAddresses } from '../server/index.ts';
import type { CliContext } from './context.ts';

/** The engines that `micro server` may be given, with the variable that says the same. */
const ENGINES = [
  {
    name: 'store',
    variable: 'MICRO_STORE',
    text: 'keep records, config and accounts in a Postgres: postgres://[user@]host[:port]/database',
  },
] as const;

/** Adds the options that say where a server keeps its state. */
export function addEngineOptions(command: Command): void {
  for (const { name, variable, text } of ENGINES) command.option(`--${name} <address>`, `${text} (or ${variable})`);
}

/** What the options and the environment say; an option comes first. */
export function engineAddresses({ env }: Pick<CliContext, 'env'>, options: Record<string, unknown>): EngineAddresses {
  const addresses: EngineAddresses = {};
  for (const { name, variable } of ENGINES) {
    const address = (options[name] as string | undefined) ?? env[variable];
    if (address) addresses[name] = address;
  }
  return addresses;
}
