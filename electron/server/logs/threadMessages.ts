import { type ErrorCode, MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import type { LiveLogs } from './liveLogs.ts';
import type { ReadBatch, ReadOptions } from './logStore.ts';

/** What a {@link LiveLogs} in another thread can be asked. */
export type LiveMethod = 'flushed' | 'state' | 'lastRun' | 'runs';
export type LiveArguments<M extends LiveMethod> = Parameters<LiveLogs[M]>;
export type LiveAnswer<M extends LiveMethod> = Awaited<ReturnType<LiveLogs[M]>>;

/** An error on its way between threads, which know no classes of each other. */
export interface ThreadError {
  code: ErrorCode;
  message: string;
  next: string | undefined;
}

/** To the thread that answers queries. Reads, counts and sockets have numbers of their own. */
export type ToLogThread =
  | { type: 'socket'; id: number }
  | { type: 'socketText'; id: number; text: string }
  | { type: 'socketClosed'; id: number }
  | { type: 'read'; id: number; options: ReadOptions }
  | { type: 'count'; id: number; query: LogQuery }
  /** A batch was taken. */
  | { type: 'taken'; id: number }
  | { type: 'cancel'; id: number }
  | { type: 'grown'; services: string[] }
  | { type: 'runsChanged'; services: string[] }
  | { type: 'answer'; id: number; value?: unknown; error?: ThreadError };

/** From it. */
export type FromLogThread =
  | { type: 'socketText'; id: number; text: string }
  | { type: 'batch'; id: number; batch: ReadBatch }
  | { type: 'done'; id: number; count: number }
  | { type: 'failed'; id: number; error: ThreadError }
  | { type: 'ask'; id: number; method: LiveMethod; args: unknown[] };

/** Batches of one read on their way at most. */
export const MAX_BATCHES_UNDER_WAY = 2;

export function toThreadError(error: unknown): ThreadError {
  const { code, message, next } = toMicroError(error);
  return { code, message, next };
}

export function fromThreadError({ code, message, next }: ThreadError): MicroError {
  return new MicroError(code, message, next === undefined ? {} : { next });
}
