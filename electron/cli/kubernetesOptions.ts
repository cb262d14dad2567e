import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { KubernetesRuntimeOptions } from '../server/index.ts';
import type { CliContext } from './context.ts';
import { usageError } from './usageError.ts';

/** The options that say in which cluster services run. */
export function addKubernetesOptions(command: Command): void {
  command
    .option('--runtime <where>', 'where services run: local (processes of this machine; default) or kubernetes')
    .option('--kubeconfig <file>', '--runtime kubernetes: file with clusters (default: KUBECONFIG or ~/.kube/config)')
    .option('--kube-context <name>', '--runtime kubernetes: which cluster of it (default: the current one)')
    .option('--namespace <name>', '--runtime kubernetes: made when it is missing (default: of the context)')
    .option('--image-prefix <registry/path>', '--runtime kubernetes: where images that are built here are pushed to')
    .option('--advertise <host:port>', '--runtime kubernetes: where pods reach the proxy port of this server');
}

/** Options that mean nothing without a cluster. */
const OF_A_CLUSTER = ['kubeconfig', 'kubeContext', 'namespace', 'imagePrefix', 'advertise'] as const;

/** The cluster that services run in; undefined: they run on this machine. Throws a usage error for what cannot be. */
export function kubernetesOptions(
  context: CliContext,
  options: Record<string, unknown>,
): KubernetesRuntimeOptions | undefined {
  const text = (name: (typeof OF_A_CLUSTER)[number]): string | undefined => options[name] as string | undefined;
  const { runtime = 'local' } = options;
  if (runtime === 'local') {
    const useless = OF_A_CLUSTER.find((name) => options[name] !== undefined);
    if (useless) {
      const flag = `--${useless.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw usageError(`${flag} is for services in Kubernetes`, 'add --runtime kubernetes');
    }
    return undefined;
  }
  if (runtime !== 'kubernetes')
    throw usageError(`there is no runtime "${String(runtime)}"`, 'there are: local, kubernetes');
  const namespace = text('namespace');
  if (namespace !== undefined && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
    throw usageError(`"${namespace}" cannot be a namespace`, 'use small letters, digits and dashes, at most 63');
  const advertise = text('advertise');
  if (advertise !== undefined && !/^[^:/\s]+:\d{1,5}$/.test(advertise))
    throw usageError(`--advertise "${advertise}" is no address`, 'write host:port');
  const file = text('kubeconfig');
  const chosen = {
    kubeconfig: file === undefined ? undefined : resolve(context.cwd, file),
    context: text('kubeContext'),
    namespace,
    imagePrefix: text('imagePrefix'),
    advertise,
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}
