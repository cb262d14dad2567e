import { type MessageInitShape } from '@bufbuild/protobuf';
import type { CallEnd, CallHead, CallStarted, ServiceCallRequestSchema } from '../../shared/contract/gen/calls_pb.ts';
import { formatLatency } from './callText.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { printableText } from './terminalText.ts';

/** How the answer of a call is shown. */
export interface CallStyle {
  /** Status and headers before the body. */
  showHead: boolean;
  /** Each piece as it comes, instead of the whole when it is there. */
  asItComes: boolean;
}

interface Answer {
  started?: CallStarted;
  head?: CallHead;
  end?: CallEnd;
  chunks: Uint8Array[];
  messages: string[];
}

/** Makes a call, prints its answer, and tells how it went. */
export async function makeCall(
  context: CliContext,
  request: MessageInitShape<typeof ServiceCallRequestSchema>,
  style: CallStyle,
): Promise<ExitCode> {
  const { client } = await context.connect();
  const answer: Answer = { chunks: [], messages: [] };
  const live = style.asItComes && !context.json;
  for await (const { event } of client.console.call(request, { signal: context.signal })) {
    if (event.case === 'started') answer.started = event.value;
    else if (event.case === 'head') {
      answer.head = event.value;
      if (style.showHead && !context.json) printHead(context, event.value);
    } else if (event.case === 'end') answer.end = event.value;
    else if (event.case === 'data') {
      if (live) context.out.write(shown(context, Buffer.from(event.value).toString()));
      else answer.chunks.push(event.value);
    } else if (event.case === 'message') {
      if (live) context.out.line(shown(context, event.value));
      else answer.messages.push(event.value);
    }
    await context.out.drained();
  }
  if (context.json) context.out.json(toJson(answer));
  else printAnswer(context, answer, style);
  return answer.end?.ok === true ? exitCode.fine : exitCode.failed;
}

function printHead(context: CliContext, { status, statusText, headers }: CallHead): void {
  const { colours } = context.out;
  context.out.line(`${(status < 400 ? colours.green : colours.red)(String(status))} ${statusText}`);
  for (const { name, value } of headers) context.out.line(`${colours.dim(`${name}:`)} ${printableText(value, false)}`);
  context.out.line('');
}

function printAnswer(context: CliContext, answer: Answer, style: CallStyle): void {
  const { head, end, started } = answer;
  if (!style.asItComes) {
    for (const message of answer.messages) context.out.line(pretty(message));
    const body = Buffer.concat(answer.chunks);
    if (body.length > 0) {
      const type = head?.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
      const text = /json/.test(type) ? pretty(body.toString()) : body.toString();
      context.out.write(shown(context, text));
      if (context.out.isTerminal && !text.endsWith('\n')) context.out.line('');
      else if (/json/.test(type) && !text.endsWith('\n')) context.out.line('');
    }
  }
  if (!end || context.quiet) return;
  const { err } = context;
  const parts = [
    head ? `${head.status} ${head.statusText}`.trim() : '',
    end.grpcStatus === undefined ? '' : `grpc-status ${end.grpcStatus} ${end.grpcMessage}`.trim(),
    formatLatency(end.durationMs),
    `${end.bytes} bytes${end.cut ? ' (cut: ask for more with --max)' : ''}`,
    `trace ${started?.traceId.slice(0, 12) ?? ''}`,
  ].filter(Boolean);
  if (end.error) err.line(`${err.colours.red('failed:')} ${end.error}`);
  if (err.isTerminal || !end.ok) err.line(err.colours.dim(parts.join('  ')));
}

/** What a service answers is data: on a terminal it must not work the terminal. */
function shown(context: CliContext, text: string): string {
  if (!context.out.isTerminal) return text;
  return text
    .split('\n')
    .map((line) => printableText(line, true))
    .join('\n');
}

function pretty(text: string): string {
  try {
    return `${JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch {
    return text;
  }
}

function toJson({ started, head, end, chunks, messages }: Answer): unknown {
  const body = Buffer.concat(chunks).toString();
  return {
    method: started?.method,
    url: started?.url,
    traceId: started?.traceId,
    status: head?.status ?? 0,
    headers: (head?.headers ?? []).map(({ name, value }) => [name, value]),
    ...(messages.length > 0 ? { messages: messages.map(parsedOrText) } : { body: parsedOrText(body) }),
    durationMs: end?.durationMs,
    bytes: end?.bytes,
    cut: end?.cut,
    ...(end?.grpcStatus === undefined ? {} : { grpcStatus: end.grpcStatus, grpcMessage: end.grpcMessage }),
    error: end?.error ?? '',
    ok: end?.ok ?? false,
  };
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
