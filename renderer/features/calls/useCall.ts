import { useEffect, useRef, useState } from 'react';
import type { CallEnd, CallHead, CallStarted } from '../../../shared/contract/gen/calls_pb.ts';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { api } from '../../client/api.ts';
import type { requestOf } from './callRequest.ts';

type CallRequest = ReturnType<typeof requestOf>;

/** Bytes of an answer that are shown; the server counts and drops the rest. */
const maxBytes = 4 * 1024 * 1024;

/** ms between two pictures of an answer that is still coming. */
const drawEveryMs = 100;

/** A call that was sent, as far as it has come. */
export interface SentCall {
  readonly status: 'running' | 'done' | 'cancelled' | 'refused';
  readonly startedAtMs: number;
  readonly started: CallStarted | undefined;
  readonly head: CallHead | undefined;
  readonly end: CallEnd | undefined;
  /** The body as far as it has come. */
  readonly chunks: readonly Uint8Array[];
  /** Messages of a gRPC answer, JSON text. */
  readonly messages: readonly string[];
  /** Why the call could not even be put together. */
  readonly error: unknown;
}

/** Sends one call at a time and follows its answer. */
export function useCall(onEnd: () => void): {
  readonly sent: SentCall | undefined;
  readonly send: (request: CallRequest) => void;
  readonly cancel: () => void;
  readonly clear: () => void;
} {
  const [sent, setSent] = useState<SentCall>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const follow = async (request: CallRequest, control: AbortController): Promise<void> => {
    let now: SentCall = {
      status: 'running',
      startedAtMs: performance.now(),
      started: undefined,
      head: undefined,
      end: undefined,
      chunks: [],
      messages: [],
      error: undefined,
    };
    let drawnAtMs = 0;
    const show = (change: Partial<SentCall>, atOnce: boolean): void => {
      now = { ...now, ...change };
      // A newer call has taken the place of this one.
      if (running.current !== control) return;
      const nowMs = performance.now();
      if (!atOnce && nowMs - drawnAtMs < drawEveryMs) return;
      drawnAtMs = nowMs;
      setSent(now);
    };
    show({}, true);
    try {
      for await (const { event } of api().console.call({ ...request, maxBytes }, { signal: control.signal })) {
        if (event.case === 'started') show({ started: event.value }, true);
        else if (event.case === 'head') show({ head: event.value }, true);
        else if (event.case === 'data') show({ chunks: [...now.chunks, event.value] }, false);
        else if (event.case === 'message') show({ messages: [...now.messages, event.value] }, false);
        else if (event.case === 'end') show({ end: event.value, status: 'done' }, true);
      }
      show(now.status === 'running' ? { status: 'done' } : {}, true);
    } catch (error) {
      if (control.signal.aborted) show({ status: 'cancelled' }, true);
      else show({ status: 'refused', error: toMicroError(error) }, true);
    }
    onEnd();
  };

  return {
    sent,
    send: (request) => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      void follow(request, control);
    },
    cancel: () => running.current?.abort(),
    clear: () => {
      running.current?.abort();
      running.current = undefined;
      setSent(undefined);
    },
  };
}
