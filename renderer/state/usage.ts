import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { WatchUsageResponse } from '../../shared/contract/gen/usage_pb.ts';
import { api } from '../client/api.ts';
import { whileWatched } from './whileWatched.ts';

/** Values kept per service for its small line: a minute, one a second. */
const HISTORY_LENGTH = 60;

/** What the process tree of one service uses. */
export interface ServiceUsage {
  /** Percent of one core over the last period. */
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  threads: number;
  ports: readonly number[];
  /** Oldest first, at most a minute. */
  history: { cpu: readonly number[]; memory: readonly number[] };
}

/** Everything together, the server's own process included. */
export interface TotalUsage {
  cpuPercent: number;
  memoryBytes: number;
}

interface UsageStore {
  services: ReadonlyMap<string, ServiceUsage>;
  /** ms since 1970 of the last sample, by the server's clock. */
  at: number;
  total: TotalUsage | undefined;
}

const usageStore = createStore<UsageStore>(() => ({ services: new Map(), at: 0, total: undefined }));

/** Takes over one sample. Exported for tests. */
export function applyUsage(sample: WatchUsageResponse): void {
  const { services: before, at } = usageStore.getState();
  const seconds = secondsSince(at, sample.at);
  const services = new Map<string, ServiceUsage>();
  let cpuPercent = sample.serverCpuPercent;
  let memoryBytes = sample.serverMemoryBytes;
  for (const usage of sample.services) {
    cpuPercent += usage.cpuPercent;
    memoryBytes += usage.memoryBytes;
    const history = before.get(usage.service)?.history;
    services.set(usage.service, {
      cpuPercent: usage.cpuPercent,
      memoryBytes: usage.memoryBytes,
      processes: usage.processes,
      threads: usage.threads,
      ports: usage.ports,
      history: {
        cpu: prolonged(history?.cpu, usage.cpuPercent, seconds),
        memory: prolonged(history?.memory, usage.memoryBytes, seconds),
      },
    });
  }
  usageStore.setState({ services, at: sample.at, total: { cpuPercent, memoryBytes } });
}

/** Seconds that a sample stands for: while nothing happens the server takes fewer. At least one, at most the whole line. */
function secondsSince(before: number, now: number): number {
  return before === 0 ? 1 : Math.min(HISTORY_LENGTH, Math.max(1, Math.round((now - before) / 1000)));
}

function prolonged(values: readonly number[] = [], value: number, seconds: number): number[] {
  // What is new since the last sample begins the line; it was not there before.
  const times = values.length === 0 ? 1 : seconds;
  return [...values, ...Array<number>(times).fill(value)].slice(-HISTORY_LENGTH);
}

const watch = whileWatched(async (signal) => {
  for await (const sample of api().desktop.watchUsage({}, { signal })) {
    if (signal.aborted) return;
    applyUsage(sample);
  }
});

/** Usage of one service; sampled only while a component that calls this is mounted. */
export function useUsage(name: string): ServiceUsage | undefined {
  useEffect(() => watch.subscribe(), []);
  return useStore(usageStore, (state) => state.services.get(name));
}

/** Usage of all services by name. */
export function useAllUsage(): ReadonlyMap<string, ServiceUsage> {
  useEffect(() => watch.subscribe(), []);
  return useStore(usageStore, (state) => state.services);
}

/** The sum over all services and the server. */
export function useTotalUsage(): TotalUsage | undefined {
  useEffect(() => watch.subscribe(), []);
  return useStore(usageStore, (state) => state.total);
}
