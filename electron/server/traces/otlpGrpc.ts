import http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createContextKey, createContextValues } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { LogsService } from '../../../shared/contract/gen/otlp_logs_pb.ts';
import { MetricsService } from '../../../shared/contract/gen/otlp_metrics_pb.ts';
import { TraceService } from '../../../shared/contract/gen/otlp_trace_pb.ts';
import { MAX_REPORT_BYTES } from './otlpHttp.ts';
import type { OtlpReports, Sender } from './otlpReports.ts';

const SENDER = createContextKey<Sender>(() => undefined);

/** Takes OpenTelemetry reports over gRPC. */
export class OtlpGrpc {
  private readonly server: http2.Http2Server;
  private readonly sessions = new Set<http2.ServerHttp2Session>();

  constructor(reports: OtlpReports) {
    // Made when the first report comes: to make it, all that the services have is read, and a start would wait for it.
    let adapter: ReturnType<typeof connectNodeAdapter> | undefined;
    this.server = http2.createServer((request, response) => {
      adapter ??= adapterOf(reports);
      adapter(request, response);
    });
    this.server.on('session', (session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
    this.server.on('sessionError', () => {});
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
    for (const session of this.sessions) session.destroy();
    await closed;
  }
}

function adapterOf(reports: OtlpReports): ReturnType<typeof connectNodeAdapter> {
  return connectNodeAdapter({
    readMaxBytes: MAX_REPORT_BYTES,
    routes: (router) => {
      router.service(TraceService, { export: (one, { values }) => reports.traces(one, values.get(SENDER)) });
      router.service(LogsService, { export: (one, { values }) => reports.logs(one, values.get(SENDER)) });
      router.service(MetricsService, { export: (one, { values }) => reports.metrics(one, values.get(SENDER)) });
    },
    contextValues: (request) => {
      const socket = (request as http2.Http2ServerRequest).stream.session?.socket;
      return createContextValues().set(SENDER, socket ? reports.senderOf(socket as Socket) : () => undefined);
    },
  });
}
