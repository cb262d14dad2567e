import { create } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { equals } from '@bufbuild/protobuf';
import { type GraphResponse, GraphResponseSchema } from '../../../../shared/contract/gen/graph_pb.ts';
import {
  type Call,
  CallSchema,
  type CallsRequest,
  type CallsResponse,
  CallsResponseSchema,
  Traffic,
} from '../../../../shared/contract/gen/traffic_pb.ts';
import { Deferred } from '../../base/async.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { SeenMessages } from '../../calls/seenMessages.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type Call as SeenCall, isFailed } from '../../traffic/call.ts';
import { type CallFilter, matches, type RecentCalls } from '../../traffic/recentCalls.ts';

/** ms between two graphs when the client does not say. */
const DEFAULT_PERIOD_MS = 1000;

/** Shortest period a client can ask for; faster than a person can see. */
const MIN_PERIOD_MS = 100;

/** Looks in a row that find the graph as it was, before the next one waits until something happens. */
const STILL_LOOKS = 5;

/** ms after which it is looked all the same: of events on topics nobody is told. */
const STILL_MS = 5_000;

/** ms that rates and latencies are about when the client does not say. */
const DEFAULT_WINDOW_MS = 60_000;

/** Calls that one answer holds when the client does not say. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** ms that new calls are gathered before they are sent: a busy system makes thousands a second. */
const GATHER_MS = 100;

/** Calls that wait for a slow reader; what comes beyond is counted and left out. */
const MAX_WAITING = 2000;

/** Collaborators of {@link trafficService}. */
export interface TrafficServiceOptions {
  calls: RecentCalls;
  /** The messages of a call of gRPC, as JSON. */
  seenMessages: (call: SeenCall) => Promise<SeenMessages>;
  /** The graph with figures of the given window. */
  graph: (windowMs: number) => GraphResponse;
  /** Stays the same as long as that graph does; costs next to nothing, unlike the graph. */
  graphStamp: (windowMs: number) => string;
  runtime: Pick<Runtime, 'onDidChange'>;
  clock: Clock;
}

/** Serves `desktop.Traffic`. */
export function trafficService(router: ConnectRouter, options: TrafficServiceOptions): void {
  const { calls, clock, runtime } = options;
  /** Waits until something happens that the graph may show, and says whether it did; else for so long. */
  const isStirred = async (delayMs: number, signal: AbortSignal): Promise<boolean> => {
    const stir = new AbortController();
    const wake = (): void => stir.abort();
    const subscriptions = [calls.onDidAdd(wake), runtime.onDidChange(wake)];
    signal.addEventListener('abort', wake, { once: true });
    try {
      return await sleep(clock, delayMs, stir.signal).then(
        () => false,
        () => true,
      );
    } finally {
      signal.removeEventListener('abort', wake);
      for (const subscription of subscriptions) subscription.dispose();
    }
  };
  router.service(Traffic, {
    async *watchGraph(request, { signal }) {
      const periodMs = Math.max(MIN_PERIOD_MS, request.periodMs || DEFAULT_PERIOD_MS);
      const windowMs = request.windowMs || DEFAULT_WINDOW_MS;
      let last: GraphResponse | undefined;
      let lastStamp = '';
      let still = 0;
      while (!signal.aborted) {
        const stamp = options.graphStamp(windowMs);
        still = stamp === lastStamp ? still + 1 : 0;
        if (!last || stamp !== lastStamp) {
          const graph = options.graph(windowMs);
          if (!last || !equals(GraphResponseSchema, last, graph)) yield graph;
          last = graph;
          lastStamp = stamp;
        }
        if (still < STILL_LOOKS) await sleep(clock, periodMs, signal).catch(() => {});
        else if (await isStirred(Math.max(periodMs, STILL_MS), signal)) still = 0;
      }
    },
    calls(request) {
      return { calls: calls.find(filterOf(request), limitOf(request)).map(toMessage) };
    },
    async callBody({ id }) {
      const call = calls.get(id);
      const body = call?.body;
      const messages = call?.kind === 'grpc' ? await options.seenMessages(call) : {};
      if (!body) return messages;
      return { kept: true, body: body.bytes(), contentType: body.contentType, cut: body.isCut, ...messages };
    },
    watchCalls: (request, { signal }) => watchCalls(calls, clock, request, signal),
  });
}

async function* watchCalls(
  calls: RecentCalls,
  clock: Clock,
  request: CallsRequest,
  signal: AbortSignal,
): AsyncGenerator<CallsResponse> {
  const filter = filterOf(request);
  let waiting: SeenCall[] = [];
  let skipped = 0;
  let wake = new Deferred<void>();
  const stop = (): void => wake.resolve();
  const subscription = calls.onDidAdd((call) => {
    if (!matches(call, filter)) return;
    if (waiting.length < MAX_WAITING) waiting.push(call);
    else skipped++;
    wake.resolve();
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield create(CallsResponseSchema, { calls: calls.find(filter, limitOf(request)).map(toMessage) });
    while (!signal.aborted) {
      if (waiting.length === 0) {
        wake = new Deferred<void>();
        if (!signal.aborted) await wake.promise;
        await sleep(clock, GATHER_MS, signal).catch(() => {});
        continue;
      }
      const batch = create(CallsResponseSchema, { calls: waiting.map(toMessage), skipped });
      waiting = [];
      skipped = 0;
      yield batch;
    }
  } finally {
    subscription.dispose();
    signal.removeEventListener('abort', stop);
  }
}

function filterOf(request: CallsRequest): CallFilter {
  const { from, to, failedOnly, traceId, text, beforeId } = request;
  return { from, to, failedOnly, traceId, text, beforeId };
}

function limitOf({ limit }: CallsRequest): number {
  return Math.min(MAX_LIMIT, limit > 0 ? limit : DEFAULT_LIMIT);
}

function toMessage(call: SeenCall): Call {
  const { body: _, ...parts } = call;
  return create(CallSchema, { ...parts, failed: isFailed(call) });
}
