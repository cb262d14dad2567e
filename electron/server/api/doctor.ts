import { create } from '@bufbuild/protobuf';
import { type Check, type DoctorResponse, DoctorResponseSchema } from '../../../shared/contract/gen/server_pb.ts';
import { cleanEnvironment } from '../host/cleanEnvironment.ts';
import { createProcessTable } from '../host/systemProcessTable.ts';
import { type CheckContext, check } from './checks/check.ts';
import { checkDisk, checkHome, checkNode, checkPrograms, checkWatching } from './checks/machineChecks.ts';
import { checkSecrets } from './checks/secretChecks.ts';
import { checkEngines, checkLeftovers, checkPorts, checkServer, checkServices } from './checks/serverChecks.ts';

/** What {@link doctor} looks at; the rest is asked of the system. */
export type DoctorOptions = Pick<CheckContext, 'home'> & Partial<CheckContext>;

/** The checks, in the order in which they are shown. */
const CHECKS = [
  checkNode,
  checkHome,
  checkDisk,
  checkSecrets,
  checkServer,
  checkPorts,
  checkEngines,
  checkServices,
  checkLeftovers,
  checkWatching,
  checkPrograms,
];

/**
 * Looks at what commonly goes wrong on a machine and says for each whether it is fine and what helps. Works with a running
 * server (`server` and `services` are given) and without one.
 */
export async function doctor(options: DoctorOptions): Promise<DoctorResponse> {
  const context: CheckContext = {
    server: undefined,
    services: () => [],
    engines: () => [],
    isKeyOpen: async () => undefined,
    environment: async () => cleanEnvironment(process.env),
    platform: process.platform,
    processes: createProcessTable(),
    ...options,
  };
  const checks = await Promise.all(CHECKS.map((run) => attempt(run, context)));
  return create(DoctorResponseSchema, { checks });
}

/** A check that itself fails is a finding too; it must not take the others with it. */
async function attempt(run: (context: CheckContext) => Check | Promise<Check>, context: CheckContext): Promise<Check> {
  try {
    return await run(context);
  } catch (error) {
    const name = run.name.replace(/^check/, '').toLowerCase();
    return check(name, 'warn', `could not be checked: ${error instanceof Error ? error.message : String(error)}`);
  }
}
