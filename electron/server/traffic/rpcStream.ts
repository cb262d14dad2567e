import http2 from 'node:http2';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { RegistryNode } from '../registry/registry.ts';
import type { Call } from './call.ts';
import type { ExchangeHost } from './exchange.ts';
import { decodedMessage } from './grpcStatus.ts';
import { grpcStatusOfHttp } from './rpcError.ts';
import { FrameReader, frameOf } from './rpcFrames.ts';
import type { RpcRoute } from './rpcRoutes.ts';
import { answerTooLate, upstreamBroke } from './upstreamErrors.ts';
import type { UpstreamSession, UpstreamSessions } from './upstreamSessions.ts';

/** Headers that speak of the body or the connection, which are both made anew. */
const DROPPED =
  /^(?:host|connection|transfer-encoding|content-length|content-type|keep-alive|upgrade|te|accept-encoding|expect|sec-websocket-.*)$/;

/** Bytes of a refusal over HTTP that are read for its words. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** What an {@link RpcStream} is opened with. */
export interface RpcOpening {
  host: ExchangeHost;
  sessions: UpstreamSessions;
  call: Call;
  route: RpcRoute;
  /** Head of the request to the node, as a flat list of names and values. */
  headers: readonly string[];
  /** Is told each message, JSON; returns whether it takes more at once. */
  handleMessage(json: string): boolean;
}

/** How a stream ended. */
export interface RpcEnd {
  grpcStatus: number;
  message: string;
}

/** One call of an endpoint in gRPC with messages in JSON, open both ways. */
export class RpcStream {
  /** Rejects when it came to no status of gRPC, or to none in time. */
  readonly ended: Promise<RpcEnd>;

  private constructor(
    private readonly opening: RpcOpening,
    node: RegistryNode,
    opened: UpstreamSession,
    private readonly upstream: http2.ClientHttp2Stream,
  ) {
    this.ended = this.follow(node, opened);
    this.ended.catch(() => {});
  }

  /** Opens it at a node that takes it; undefined when `gone` aborts first. Rejects like the search for a node. */
  static async open(opening: RpcOpening, gone: AbortSignal): Promise<RpcStream | undefined> {
    const { host, sessions, call } = opening;
    const search = host.choice.begin(call.to);
    for (;;) {
      const node = await host.choice.choose(search, gone);
      if (!node) return undefined;
      const opened = await sessions.open(call.to, node).catch(() => undefined);
      if (gone.aborted) return undefined;
      if (opened)
        return new RpcStream(opening, node, opened, opened.session.request(headOf(opening), { endStream: false }));
      host.choice.refuse(search, node, 'refused');
    }
  }

  /** Sends a message; `drained` is told when the service takes more, if it does not at once. */
  send(json: string, drained: () => void = () => {}): boolean {
    if (this.upstream.closed || this.upstream.writableEnded) return true;
    const takesMore = this.upstream.write(frameOf(Buffer.from(json)));
    if (!takesMore) this.upstream.once('drain', drained);
    return takesMore;
  }

  /** Nothing more is sent. */
  finish(): void {
    if (!this.upstream.closed) this.upstream.end();
  }

  /** Messages are taken again. */
  resume(): void {
    this.upstream.resume();
  }

  cancel(): void {
    this.upstream.close(http2.constants.NGHTTP2_CANCEL);
  }

  private async follow(node: RegistryNode, opened: UpstreamSession): Promise<RpcEnd> {
    const { host, call, route, handleMessage } = this.opening;
    const { upstream } = this;
    const frames = new FrameReader();
    let all: IncomingHttpHeaders = {};
    let refusal = '';
    host.inFlight.begin(node.id);
    try {
      return await new Promise<RpcEnd>((resolve, reject) => {
        const fail = (error: Error): void => {
          reject(error);
          this.cancel();
        };
        // A stream may be silent for hours.
        const late = route.isStream
          ? undefined
          : host.clock.setTimeout(() => fail(answerTooLate(call.to, host.answerTimeoutMs)), host.answerTimeoutMs);
        upstream.on('response', (headers) => {
          all = headers;
          call.node = node.id;
        });
        upstream.on('trailers', (headers) => {
          all = { ...all, ...headers };
        });
        upstream.on('data', (chunk: Buffer) => {
          if (Number(all[':status']) !== 200) {
            if (refusal.length < MAX_REFUSAL_BYTES) refusal += chunk.toString();
            return;
          }
          try {
            for (const message of frames.push(chunk)) if (!handleMessage(message.toString())) upstream.pause();
          } catch (error) {
            fail(upstreamBroke(call.to, error as Error));
          }
        });
        upstream.on('error', () => {});
        // A service may have said everything while more could be sent to it; the stream itself is open then.
        upstream.on('end', () => upstream.close());
        upstream.on('close', () => {
          late?.dispose();
          const grpcStatus = all['grpc-status'] === undefined ? undefined : Number(all['grpc-status']);
          const refused = grpcStatusOfHttp(Number(all[':status'] ?? 0));
          if (grpcStatus !== undefined) {
            resolve({ grpcStatus, message: decodedMessage(String(all['grpc-message'] ?? '')) });
          } else if (refused !== undefined) resolve({ grpcStatus: refused, message: wordsOf(refusal) });
          else {
            const why = opened.speaksHttp2 ? 'it ended without a status' : 'it does not speak gRPC';
            reject(upstreamBroke(call.to, new Error(why)));
          }
        });
      });
    } finally {
      host.inFlight.end(node.id);
    }
  }
}

function headOf({ call, headers, route }: RpcOpening): OutgoingHttpHeaders {
  const out: Record<string, string> = {
    ':method': 'POST',
    ':path': call.path,
    ':scheme': 'http',
    'content-type': 'application/grpc+json',
    te: 'trailers',
  };
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (DROPPED.test(name)) continue;
    // A page that the browser sends a cookie for must not get at the core services: they want the token, by hand.
    if (route.isCore && name === 'cookie') continue;
    out[name] = headers[i + 1] as string;
  }
  return out;
}

/** The sentence of a refusal in JSON, else its text. */
function wordsOf(body: string): string {
  try {
    const { message, detail } = JSON.parse(body) as { message?: unknown; detail?: unknown };
    return String(message ?? detail ?? body);
  } catch {
    return body.slice(0, 200);
  }
}
