import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import { JournalRecord } from './journalRecord.ts';
import type { RunOverrides } from './serviceUnit.ts';

/** How a new instance of a service is started. */
export interface InstanceStart {
  cause: string;
  /** Which port it gets: a number, or `auto` for any other than those in use. */
  port: ServiceSpec['port'];
  /** The log of the build that was made for it, which becomes that of the run. */
  built: RunLogWriter | undefined;
  overrides?: RunOverrides | undefined;
}

/** Prepares a new instance: its journal entry, its log. Nothing runs before its `start`. */
export async function prepareInstance(
  host: InstanceHost,
  owner: { spec: ServiceSpec; newInstanceId(): string },
  { cause, port, built, overrides }: InstanceStart,
): Promise<Instance> {
  const id = owner.newInstanceId();
  const { spec } = owner;
  const record = new JournalRecord(host, id, spec.name);
  const start = { service: spec.name, instance: id, cause, startedAt: host.clock.now() };
  const log =
    built ??
    (await host.logs.startRun(start).catch(async (error: unknown) => {
      await record.forget();
      throw error;
    }));
  return new Instance(id, spec, cause, host, log, record, port, overrides);
}
