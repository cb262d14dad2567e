import { kindWord, statusWord } from '../../shared/client/serviceWords.ts';
import type { Service } from '../../shared/contract/gen/state_pb.ts';

/** One service of `micro status --json`. Keys are only ever added. */
export interface ServiceStatusJson {
  name: string;
  project: string;
  kind: string;
  status: string;
  reason: string;
  restarts: number;
  /** `debugger` is where one attaches; absent when none is open. */
  instances: { pid: number; address: string; startedAt: string | null; debugger?: string }[];
  /** The last build; `status` is empty when there was none. */
  build: { status: string; message: string; durationMs: number };
  /** Hot reload; `state` is empty while nothing is watched. */
  reload: {
    state: string;
    /** What last caused a reload, relative to the project. */
    file: string;
    count: number;
    lastMs: number;
    /** Files that are watched. */
    watched: number;
    /** Why it is as it is, e.g. what a reload failed with. */
    message: string;
    at: string | null;
  };
  /** When its schedule runs it next; absent when it has none, or is stopped. */
  nextRunAt?: string | null;
  /** The server that runs it, where several form one environment; absent where there is but one. */
  server?: string;
}

/** A service in the shape of `micro status --json`. Times are ISO 8601, null when unknown. */
export function serviceStatusJson(service: Service): ServiceStatusJson {
  return {
    name: service.name,
    project: service.project,
    kind: kindWord(service.kind),
    status: statusWord(service.status),
    reason: service.reason,
    restarts: service.restarts,
    instances: service.instances.map((instance) => ({
      pid: instance.pid,
      address: instance.address,
      startedAt: isoTime(instance.startedAt),
      ...(instance.debugger === '' ? {} : { debugger: instance.debugger }),
    })),
    build: {
      status: service.build?.status ?? '',
      message: service.build?.message ?? '',
      durationMs: Math.round(service.build?.durationMs ?? 0),
    },
    reload: {
      state: service.reload?.state ?? '',
      file: service.reload?.file ?? '',
      count: service.reload?.count ?? 0,
      lastMs: service.reload?.lastMs ?? 0,
      watched: service.reload?.watched ?? 0,
      message: service.reload?.message ?? '',
      at: isoTime(service.reload?.at ?? 0),
    },
    ...(service.server === '' ? {} : { server: service.server }),
    ...(service.nextRunAt > 0 ? { nextRunAt: isoTime(service.nextRunAt) } : {}),
  };
}

/** Milliseconds since 1970 as ISO 8601 in UTC; null for 0, which stands for "not yet". */
export function isoTime(timeMs: number): string | null {
  return timeMs > 0 ? new Date(timeMs).toISOString() : null;
}
