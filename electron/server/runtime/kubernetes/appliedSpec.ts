import { containerPort } from '../../deploy/containerPort.ts';
import type { ContainerVariable } from '../../deploy/containerVariables.ts';
import { dependencyUrls } from '../../deploy/dependencyUrls.ts';
import { objectName } from '../../deploy/names.ts';
import { isSecret } from '../../project/secretName.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ResolvedEnvironment } from '../environment.ts';
import type { InstanceHost } from '../instanceHost.ts';
import type { RunOverrides } from '../serviceUnit.ts';
import { unsupported } from './unsupported.ts';

/** Variables that the pod template gives itself, because they differ in each pod. */
const OF_THE_POD = new Set([
  'PORT',
  'MICRO_LISTEN',
  'MICRO_INSTANCE_ID',
  'MICRO_SERVICE_NAME',
  'MICRO_SERVICE_VERSION',
]);
/** Of no use where the server cannot be reached. */
const OF_THE_SERVER = new Set(['MICRO_PROXY', 'MICRO_TOKEN', 'MICRO_AUTH_ID', 'MICRO_AUTH_SECRET', 'MICRO_NAMESPACE']);

/** Where the variables of a container come from. */
export interface VariableSource {
  environment: InstanceHost['environment'];
  /** Pods reach the proxy of this server. */
  reachesServer: boolean;
  find(service: string): ServiceSpec | undefined;
  note(service: string, text: string): void;
}

/** The command of an image with further arguments. Throws `runtime.unsupported` where micro.yaml does not say the command. */
export function withArguments(spec: ServiceSpec, args: readonly string[] | undefined): Pick<ServiceSpec, 'image'> {
  if (!args?.length) return {};
  const command = spec.image?.command;
  if (!spec.image || !command || command.shell)
    throw unsupported(
      'further arguments without image.run',
      'Name the command of the image in micro.yaml (image: { name, run }).',
    );
  return { image: { ...spec.image, command: { ...command, argv: [...command.argv, ...args] } } };
}

/** What a container of a service finds in its environment, beside what its pod gives it. */
export async function variablesOf(
  spec: ServiceSpec,
  overrides: RunOverrides | undefined,
  { environment, reachesServer, find, note }: VariableSource,
): Promise<ContainerVariable[]> {
  const { values, warnings } = await environment(spec, containerPort(spec), '');
  for (const warning of warnings) note(spec.name, warning);
  const given = new Map(values);
  // The gateway listens on this machine's loopback alone.
  given.delete('MICRO_GATEWAY');
  if (!reachesServer) {
    for (const name of OF_THE_SERVER) given.delete(name);
    for (const [name, value] of Object.entries(dependencyUrls(spec, find, objectName)))
      given.set(name, { value, origin: 'micro' });
  }
  for (const [name, value] of Object.entries(overrides?.env ?? {})) given.set(name, { value, origin: 'run' });
  return [...given].filter(([name]) => !OF_THE_POD.has(name)).map(([name, value]) => asVariable(name, value));
}

function asVariable(
  name: string,
  { value, origin, secret }: ResolvedEnvironment['values'] extends Map<string, infer V> ? V : never,
): ContainerVariable {
  if (secret === true || isSecret(name, value)) return { name, value, kind: 'secret' };
  return { name, value, kind: origin.includes('config:') ? 'config' : 'plain' };
}
