import { create } from '@bufbuild/protobuf';
import { type Check, CheckSchema } from '../../../../shared/contract/gen/server_pb.ts';
import type { Service } from '../../../../shared/contract/gen/state_pb.ts';
import type { EngineState } from '../../host/engineState.ts';
import type { ProcessTable } from '../../host/processTable.ts';

/** What the checks of the doctor look at. */
export interface CheckContext {
  /** MICRO_HOME, absolute. */
  home: string;
  /** The running server; undefined when the checks run without one. Addresses are URLs. */
  server: { pid: number; gateway: string; proxy: string } | undefined;
  services: () => Service[];
  /** The environment that services begin with. */
  environment: () => Promise<Readonly<Record<string, string>>>;
  platform: NodeJS.Platform;
  /** How the engines are; empty without a server. */
  engines: () => readonly EngineState[];
  /** Whether the server can read secrets; undefined without a server. */
  isKeyOpen: () => Promise<boolean | undefined>;
  processes: Pick<ProcessTable, 'listeners' | 'byEnvironment' | 'get'>;
}

/** One finding. `next` is a step that helps. */
export function check(name: string, status: 'ok' | 'warn' | 'error', text: string, next = ''): Check {
  return create(CheckSchema, { name, status, text, next });
}
