import { resolve, delimiter } from 'node:path';
import { clusterLimits } from '../../shared/lib/clusterLimits.ts';
import { type ErrorCode, MicroError } from '../../shared/contract/errors.ts';
import { checkCluster } from '../server/environments/checkCluster.ts';
import {
  checkName,
  chooseColour,
  type KubernetesEnvironment,
  parseEnvironment,
  placeOf,
} from '../server/environments/environment.ts';
import { EnvironmentsFile } from '../server/environments/environmentsFile.ts';
import { listContexts } from '../server/environments/kubeConfig.ts';
import type { CliContext } from './context.ts';
import type { EnvOptions } from './envOptions.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { usageError } from './usageError.ts';

/** Adds a namespace of a cluster to the environments, once the cluster has answered. */
export async function addCluster(context: CliContext, name: string, options: EnvOptions): Promise<ExitCode> {
  checkName(name);
  const idle = (['ca', 'fingerprint', 'trust', 'insecure', 'account'] as const).find((one) => options[one]);
  if (idle) throw usageError(`--${idle} means nothing with --kubernetes`, 'see: micro env --help');
  const file = new EnvironmentsFile(context.home);
  const { environments } = await file.read();
  const kubeconfig = kubeconfigOf(context, options);
  const environment = parseEnvironment({
    kind: 'kubernetes',
    name,
    colour: options.colour ?? chooseColour(name, environments),
    ...(await contextOf(kubeconfig, options)),
    ...clusterChanges(context, options),
    ...given({ kubeconfig }),
  }) as KubernetesEnvironment;
  if (!options.unchecked) await requireCluster(environment);
  await file.add(environment);
  if (context.json) context.out.json({ added: name, address: placeOf(environment), limits: clusterLimits });
  else {
    context.say(
      `${name} is ${placeOf(environment)}, shown in ${environment.colour}; a server for it starts when it is needed`,
    );
    for (const line of limitLines()) context.say(line);
  }
  return exitCode.fine;
}

/** What is not possible there, a line each. */
export function limitLines(): string[] {
  const width = Math.max(...clusterLimits.map(({ what }) => what.length));
  return ['not there:', ...clusterLimits.map(({ what, instead }) => `  ${what.padEnd(width)}  ${instead}`)];
}

/** What options say of an environment that is a cluster. Throws a usage error for those of servers. */
export function clusterChanges(context: CliContext, options: EnvOptions): Record<string, unknown> {
  const { colour, imagePrefix, advertise, kubeconfig } = options;
  if (options.ca ?? options.fingerprint)
    throw usageError('certificates are for servers; those of a cluster are in the kubeconfig', 'see: micro env --help');
  if (options.kubernetes === undefined && options.namespace !== undefined)
    throw usageError('what runs in a namespace stays there', 'add another environment for the other namespace');
  return given({
    colour,
    imagePrefix,
    advertise,
    kubeconfig: kubeconfig === undefined ? undefined : resolve(context.cwd, kubeconfig),
  });
}

/** Without what is undefined. */
export function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The file with the context: the window, which was not started from this terminal, has no KUBECONFIG. */
function kubeconfigOf({ cwd, env }: CliContext, { kubeconfig }: EnvOptions): string | undefined {
  const file = kubeconfig ?? env['KUBECONFIG'];
  // Several files are one only together.
  return !file || file.includes(delimiter) ? undefined : resolve(cwd, file);
}

/** The context that is meant and the namespace in it, each the one of the kubeconfig where none is named. */
async function contextOf(
  kubeconfig: string | undefined,
  { kubernetes, namespace }: EnvOptions,
): Promise<{ context: string; kubeNamespace: string | undefined }> {
  const contexts = await listContexts(kubeconfig);
  const found = contexts.find(({ name, isCurrent }) => (kubernetes === true ? isCurrent : name === kubernetes));
  const names = contexts.map(({ name }) => name).join(', ');
  if (found) return { context: found.name, kubeNamespace: namespace ?? found.namespace };
  const what = kubernetes === true ? 'current context' : `context "${kubernetes}"`;
  throw new MicroError('kubernetes.no-config', `there is no ${what}`, {
    next: names === '' ? 'name the file that has one with --kubeconfig' : `there are: ${names}`,
  });
}

async function requireCluster(environment: KubernetesEnvironment): Promise<void> {
  for await (const { ok, code, text, next } of checkCluster(environment))
    if (!ok) throw new MicroError(code as ErrorCode, text, next === undefined ? {} : { next });
}
