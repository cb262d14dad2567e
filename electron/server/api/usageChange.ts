import type { Usage, WatchUsageResponse } from '../../../shared/contract/gen/usage_pb.ts';

/** Percent of one core by which a figure of a processor may differ and still say the same: less is noise. */
const SAME_CPU_PERCENT = 1;
/** Part of itself by which a figure of memory may differ and still say the same. */
const SAME_MEMORY = 0.02;

/** Whether two samples of usage say the same to somebody who looks at them. */
export function looksLike(one: WatchUsageResponse, other: WatchUsageResponse): boolean {
  return (
    one.services.length === other.services.length &&
    one.services.every((usage, index) => isSame(usage, other.services[index] as Usage)) &&
    isSameCpu(one.serverCpuPercent, other.serverCpuPercent) &&
    isSameMemory(one.serverMemoryBytes, other.serverMemoryBytes)
  );
}

function isSame(one: Usage, other: Usage): boolean {
  return (
    one.service === other.service &&
    one.processes === other.processes &&
    one.threads === other.threads &&
    one.ports.join() === other.ports.join() &&
    isSameCpu(one.cpuPercent, other.cpuPercent) &&
    isSameMemory(one.memoryBytes, other.memoryBytes)
  );
}

const isSameCpu = (one: number, other: number): boolean => Math.abs(one - other) < SAME_CPU_PERCENT;
const isSameMemory = (one: number, other: number): boolean =>
  Math.abs(one - other) <= SAME_MEMORY * Math.max(one, other);
