import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { type DescMessage, fromBinary, fromJson, type MessageShape, toBinary, toJsonString } from '@bufbuild/protobuf';
import {
  LogsRequestSchema,
  MetricsReportSchema,
  type ReportResponse,
  ReportResponseSchema,
  TracesRequestSchema,
} from '../../../shared/contract/gen/otlp_pb.ts';
import { toProtoJson } from './otlpJson.ts';
import type { OtlpReports, Sender } from './otlpReports.ts';

/** Bytes of a report, packed and unpacked; exporters send 512 spans at a time, some hundred kilobytes. */
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;

const unpack: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
};

/** A report that is answered with this status. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Takes OpenTelemetry reports over HTTP (`POST /v1/traces`, `/v1/logs`, `/v1/metrics`), protobuf or JSON. Like the other
 * ports it answers on loopback names only, and the content types keep the pages of strangers out.
 */
export class OtlpHttp {
  private readonly server: http.Server;

  constructor(private readonly reports: OtlpReports) {
    this.server = http.createServer((request, response) => void this.handle(request, response));
  }

  /** Listens and resolves with the port; rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.removeListener('error', reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {});
    response.on('error', () => {});
    const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
    try {
      checkHead(request, isJson);
      const body = await bodyOf(request);
      const path = (request.url ?? '').split('?', 1)[0] as string;
      const answer = await this.take(path, body, isJson, this.reports.senderOf(request.socket));
      response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' });
      response.end(isJson ? toJsonString(ReportResponseSchema, answer) : toBinary(ReportResponseSchema, answer));
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 400;
      if (response.headersSent) return;
      // What is left of a body that is refused is not read.
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify({ code: status, message: (error as Error).message }));
    }
  }

  private take(path: string, body: Buffer, isJson: boolean, sender: Sender): Promise<ReportResponse> {
    const read = <D extends DescMessage>(schema: D): MessageShape<D> =>
      isJson
        ? fromJson(schema, toProtoJson(JSON.parse(body.toString())), { ignoreUnknownFields: true })
        : fromBinary(schema, body);
    if (path === '/v1/traces') return this.reports.traces(read(TracesRequestSchema), sender);
    if (path === '/v1/logs') return this.reports.logs(read(LogsRequestSchema), sender);
    return this.reports.metrics(read(MetricsReportSchema), sender);
  }
}

function checkHead({ method, url, headers }: IncomingMessage, isJson: boolean): void {
  if (!/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(headers.host ?? ''))
    throw new Refusal(403, `this server does not answer for the host "${headers.host}"`);
  if (!/^\/v1\/(?:traces|logs|metrics)(?:\?|$)/.test(url ?? ''))
    throw new Refusal(404, 'reports go to /v1/traces, /v1/logs or /v1/metrics');
  if (method !== 'POST') throw new Refusal(405, 'reports are sent with POST');
  if (!isJson && !/^application\/x-protobuf\b/i.test(headers['content-type'] ?? ''))
    throw new Refusal(415, 'the body must be application/x-protobuf or application/json');
  if (Number(headers['content-length'] ?? 0) > MAX_REPORT_BYTES) throw new Refusal(413, 'the report is too large');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REPORT_BYTES) throw new Refusal(413, 'the report is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  const unpacked = unpack[encoding];
  if (!unpacked) throw new Refusal(415, `the encoding "${encoding}" is not known; use gzip`);
  return unpacked(body, { maxOutputLength: MAX_REPORT_BYTES });
}
