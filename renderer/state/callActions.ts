import type { Call } from '../../shared/contract/gen/traffic_pb.ts';
import { draftOfCall } from './callBody.ts';
import { type CallDraft, editCall, makeDraft } from './callDraft.ts';
import { openPage } from './navigation.ts';
import { api } from '../client/api.ts';
import { attempt } from './actions.ts';
import { openPanel } from './panels.ts';
import { serverStore } from './serverState.ts';
import { copyText } from './serviceCommands.ts';
import { toCurl } from './curl.ts';
import { showToast } from './toasts.ts';

/** ms before and after a call in which its log lines are looked for: services write a moment later than they answer. */
const logSlackMs = 250;

/** Shows the trace with this id, with one of its spans if told. */
export function openTrace(traceId: string, span?: string): void {
  openPage('traces', { trace: traceId, ...(span === undefined ? {} : { span }) });
}

/** Opens what these services wrote in a stretch of time (ms since 1970), in a tab of its own. */
export function openLogOf(services: readonly string[], sinceMs: number, untilMs: number, id: string): void {
  const known = serverStore.getState().services;
  const sorted = [...new Set(services)].filter((name) => known.has(name)).sort();
  if (sorted.length === 0) return;
  openPanel({
    id: `log:trace:${id}`,
    kind: 'log',
    params: {
      services: sorted,
      sinceUs: Math.floor((sinceMs - logSlackMs) * 1000),
      untilUs: Math.ceil((untilMs + logSlackMs) * 1000),
    },
  });
}

/** Opens what caller and called wrote while a call lasted. */
function openCallLog({ id, from, to, at, durationMs, traceId }: Call): void {
  openLogOf([from, to], at, at + durationMs, traceId || String(id));
}

/** Opens the log lines of a trace in the log view, with the query that the server found them by. */
export async function openTraceLog(traceId: string): Promise<void> {
  await attempt('The log lines of the trace could not be found', async () => {
    const { query } = await api().traces.traceLogs({ traceId, limit: 1 });
    const text = query?.text ?? '';
    openPanel({
      id: `log:trace:${traceId}`,
      kind: 'log',
      params: {
        services: [...(query?.services ?? [])].sort(),
        sinceUs: query?.sinceUs ?? 0,
        untilUs: query?.untilUs ?? 0,
        typed: text,
        onlyMatches: text !== '',
      },
    });
  });
}

/** Shows the trace of a call; of one that has none, its log lines. */
export function openCall(call: Call): void {
  if (call.traceId === '') openCallLog(call);
  else openTrace(call.traceId);
}

/** Makes a draft of a call with its body, as far as that is kept, and says what is missing of it. */
async function withBody(call: Call, use: (draft: CallDraft) => void): Promise<void> {
  await attempt('The call could not be read', async () => {
    const { draft, missing } = await draftOfCall(call);
    use(draft);
    if (missing !== '') showToast({ tone: 'warn', title: missing });
  });
}

/** A call that a trace tells of. */
export interface SpanCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  /** Empty for gRPC. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** Opens the call of a span to be sent again: with its body while the call itself is kept, else as far as the trace says. */
export async function resendSpan({ traceId, spanId, service, method, path }: SpanCall): Promise<void> {
  await attempt('The call could not be read', async () => {
    const { calls } = await api().traffic.calls({ traceId, to: service, limit: 1000 });
    const call = calls.find((one) => one.spanId === spanId);
    if (call) {
      await withBody(call, editCall);
      return;
    }
    const endpoint = method === '' ? path.slice(1).replace('/', '.') : '';
    editCall(makeDraft({ service, endpoint, method, path }));
    if (!['GET', 'HEAD'].includes(method)) {
      showToast({ tone: 'warn', title: 'What was sent is not there any more: traces keep no bodies.' });
    }
  });
}

/** One thing that can be done with a call that was seen. */
export interface CallAction {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly run: () => void;
}

/** Everything that can be done with a call that was seen, in the order of a menu. */
export function callActions(call: Call): CallAction[] {
  const { traceId } = call;
  const list: CallAction[] = [];
  if (traceId !== '') list.push({ id: 'trace', label: 'Show trace', group: 'look', run: () => openTrace(traceId) });
  list.push({
    id: 'log',
    label: 'Show log lines',
    group: 'look',
    run: () => openCallLog(call),
  });
  if (call.kind !== 'websocket') {
    list.push({
      id: 'resend',
      label: 'Send again…',
      group: 'send',
      run: () => void withBody(call, editCall),
    });
  }
  if (call.kind === 'http' || call.kind === 'stream') {
    const gateway = serverStore.getState().server?.gateway ?? '';
    if (gateway !== '') {
      list.push({
        id: 'curl',
        label: 'Copy as curl',
        group: 'copy',
        run: () => void withBody(call, (draft) => copyText(toCurl(gateway, draft), 'curl command')),
      });
    }
  }
  if (traceId !== '') {
    list.push({ id: 'copy-trace', label: 'Copy trace id', group: 'copy', run: () => copyText(traceId, 'Trace id') });
  }
  return list;
}
