import type { Command } from 'commander';
import type { EngineAddresses, KubernetesRuntimeOptions } from '../server/index.ts';
import type { CliContext } from './context.ts';
import { engineAddresses, missingEngines } from './engineOptions.ts';
import { kubernetesOptions } from './kubernetesOptions.ts';
import { usageError } from './usageError.ts';

/** What a profile chooses, where no flag says otherwise. */
const PROFILES = {
  local: { runtime: 'local', needsEngines: false },
  server: { runtime: 'local', needsEngines: true },
  kubernetes: { runtime: 'kubernetes', needsEngines: true },
} as const;

/** The variable that says the same as --profile. */
const VARIABLE = 'MICRO_PROFILE';

/** Adds the option that chooses engines and runtime at once. */
export function addProfileOption(command: Command): void {
  command.option(
    '--profile <name>',
    `local: files of this machine; server: Postgres, NATS and etcd; kubernetes: those, and services in a cluster; single flags override it (or ${VARIABLE})`,
  );
}

/** Where a server keeps what it keeps, and where services run. */
export interface ProfileChoice {
  engines: EngineAddresses;
  kubernetes: KubernetesRuntimeOptions | undefined;
}

/**
 * What profile, flags and environment choose. Without a profile each engine is used whose address is known. Throws a usage
 * error for a profile that is none, and for one whose addresses are not all known.
 */
export function profileChoice(context: CliContext, options: Record<string, unknown>): ProfileChoice {
  const name = (options.profile as string | undefined) ?? (context.env[VARIABLE] || undefined);
  if (name === undefined)
    return { engines: engineAddresses(context, options), kubernetes: kubernetesOptions(context, options) };
  if (!Object.hasOwn(PROFILES, name))
    throw usageError(`there is no profile "${name}"`, `there are: ${Object.keys(PROFILES).join(', ')}`);
  const { runtime, needsEngines } = PROFILES[name as keyof typeof PROFILES];
  // Addresses of the environment are for profiles that use them.
  const engines = engineAddresses(needsEngines ? context : { env: {} }, options);
  const missing = needsEngines ? missingEngines(engines) : [];
  if (missing.length > 0)
    throw usageError(
      `the profile ${name} needs to know where ${missing.map(({ engine }) => engine).join(' and ')} ${missing.length > 1 ? 'are' : 'is'}`,
      `add ${missing.map(({ name: flag, example, variable }) => `--${flag} ${example} (or ${variable})`).join(', ')}`,
    );
  return { engines, kubernetes: kubernetesOptions(context, { ...options, runtime: options.runtime ?? runtime }) };
}
