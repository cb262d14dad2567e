import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import {
  type EnvironmentResponse,
  EnvironmentResponseSchema,
} from '../../../shared/contract/gen/service_details_pb.ts';
import { parseEnvFile } from '../project/envFile.ts';
import { isSecret } from '../project/secretName.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { type ConfigLookup, type ConfigReading, fillConfigReferences } from './configReferences.ts';
import type { EnvironmentValue } from './environmentValue.ts';

/** The environment of a service before it is handed to a process. */
export interface ResolvedEnvironment {
  values: Map<string, EnvironmentValue>;
  warnings: string[];
  /** What of the config is in it. */
  config: ConfigReading;
}

/** What the server gives to a service. */
export interface OwnVariables {
  port: number | undefined;
  instanceId: string;
  proxy: string;
  gateway: string;
  token: string;
  /** URL of the OTLP receiver; undefined when there is none. */
  otlp?: string | undefined;
  /** URL of the SDK's file; undefined when there is none. */
  sdk?: string | undefined;
}

/** Variables of the tool that started us; a service must not see them. DT-07: an AppImage would leak its libraries. */
const leaks = /^(ELECTRON_.*|APPDIR|APPIMAGE|ARGV0|OWD|npm_.*|INIT_CWD|MICRO_.*|CHROME_DESKTOP|GDK_BACKEND_ORIGINAL)$/;

/**
 * Puts the environment of a service together: system, project, envFiles, service, ours. A later one wins. `config` answers
 * what project and service name of it; without one, such a name is an error.
 */
export async function resolveEnvironment(
  spec: ServiceSpec,
  system: Readonly<Record<string, string>>,
  own: OwnVariables,
  config?: ConfigLookup,
): Promise<ResolvedEnvironment> {
  const values = new Map<string, EnvironmentValue>();
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(system))
    if (!leaks.test(name)) values.set(name, { value, origin: 'system' });
  const set = (pairs: Readonly<Record<string, string | null>>, origin: string): void => {
    for (const [name, value] of Object.entries(pairs)) {
      if (value === null) values.delete(name);
      else values.set(name, { value, origin });
    }
  };
  const file = async (path: string): Promise<void> => {
    const optional = path.endsWith('?');
    const name = optional ? path.slice(0, -1) : path;
    let text: string;
    try {
      text = await readFile(name, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (optional && code === 'ENOENT') return;
      throw new MicroError(
        'env-file.unreadable',
        `the env file ${name} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown error'})`}`,
        { next: 'Make the file, or write its name with a ? at the end when it may be missing.', cause: error },
      );
    }
    const parsed = parseEnvFile(text, (wanted) => values.get(wanted)?.value);
    for (const entry of parsed.entries) values.set(entry.name, { value: entry.value, origin: `${name}:${entry.line}` });
    for (const warning of parsed.warnings) warnings.push(`${name}:${warning.line}: ${warning.text}`);
  };
  set(telemetryVariables(spec, own), 'micro');
  set(spec.projectEnv, 'project');
  for (const path of spec.projectEnvFiles) await file(path);
  for (const path of spec.envFiles) await file(path);
  set(spec.env, 'service');
  const read = await fillConfigReferences(values, config);
  set(ownVariables(spec, own), 'micro');
  return { values, warnings, config: read };
}

/**
 * Where OpenTelemetry's own exporters find us; a project that reports somewhere else says so in its env, which wins. The
 * protocol is named because the defaults of the languages differ.
 */
function telemetryVariables(spec: ServiceSpec, own: OwnVariables): Record<string, string> {
  if (own.otlp === undefined) return {};
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: own.otlp,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_SERVICE_NAME: spec.name,
    OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${own.instanceId},service.version=${encodeURIComponent(spec.version)}`,
  };
}

function ownVariables(spec: ServiceSpec, own: OwnVariables): Record<string, string> {
  const urls = Object.fromEntries(
    spec.dependsOn.map(({ service }) => [
      `MICRO_URL_${service.toUpperCase().replaceAll('-', '_')}`,
      `http://${own.proxy}/${service}`,
    ]),
  );
  return {
    ...(own.port === undefined ? {} : { PORT: String(own.port) }),
    MICRO_SERVICE_NAME: spec.name,
    MICRO_SERVICE_VERSION: spec.version,
    MICRO_PROXY: own.proxy,
    MICRO_GATEWAY: own.gateway,
    MICRO_NAMESPACE: 'micro',
    MICRO_TOKEN: own.token,
    MICRO_AUTH_ID: spec.name,
    MICRO_AUTH_SECRET: own.token,
    MICRO_INSTANCE_ID: own.instanceId,
    ...(own.sdk === undefined ? {} : { MICRO_SDK: own.sdk }),
    ...urls,
  };
}

/** The environment for people, by name; secrets masked unless asked for. */
export function describeEnvironment(environment: ResolvedEnvironment, reveal: boolean): EnvironmentResponse {
  return create(EnvironmentResponseSchema, {
    variables: [...environment.values]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { value, origin, secret: known }]) => {
        const secret = known === true || isSecret(name, value);
        return { name, value: secret && !reveal ? '••••••••' : value, origin, secret };
      }),
    warnings: environment.warnings,
  });
}

/** The environment as a process takes it. */
export function plainEnvironment(environment: ResolvedEnvironment): Record<string, string> {
  return Object.fromEntries([...environment.values].map(([name, { value }]) => [name, value]));
}
