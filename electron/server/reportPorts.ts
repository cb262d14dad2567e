import type { Logger } from './base/logger.ts';
import type { ProcessTable } from './host/processTable.ts';
import { listenOnPort } from './portChoice.ts';
import { OtlpGrpc } from './traces/otlpGrpc.ts';
import { OtlpHttp } from './traces/otlpHttp.ts';
import type { OtlpReports } from './traces/otlpReports.ts';

/** Ports that OpenTelemetry's exporters report to when nobody tells them another one. */
const USUAL_HTTP_PORT = 4318;
const USUAL_GRPC_PORT = 4317;

/** What {@link ReportPorts} work with. */
export interface ReportPortsOptions {
  reports: OtlpReports;
  /** Address to listen on. */
  host: string;
  /** Any free ports instead of the usual ones or the next free ones. */
  anyPort: boolean;
  table: Pick<ProcessTable, 'listeners'>;
  logger: Logger;
}

/** The ports that take reports of OpenTelemetry, one for each way; services are told where. */
export class ReportPorts {
  private readonly receivers: { http: OtlpHttp; grpc: OtlpGrpc };

  constructor(private readonly options: ReportPortsOptions) {
    this.receivers = { http: new OtlpHttp(options.reports), grpc: new OtlpGrpc(options.reports) };
  }

  /** Listens; resolves with the addresses, as URLs. */
  async listen(): Promise<{ http: string; grpc: string }> {
    return { http: await this.choose('http', USUAL_HTTP_PORT), grpc: await this.choose('grpc', USUAL_GRPC_PORT) };
  }

  async close(): Promise<void> {
    await this.receivers.http.close();
    await this.receivers.grpc.close();
  }

  private async choose(protocol: 'http' | 'grpc', usual: number): Promise<string> {
    const { host, anyPort, table, logger } = this.options;
    const { port } = await listenOnPort({
      table,
      logger,
      purpose: `OTLP over ${protocol === 'http' ? 'HTTP' : 'gRPC'}`,
      listen: (wanted) => this.receivers[protocol].listen(host, wanted),
      asked: anyPort ? 0 : undefined,
      usual,
    });
    return `http://${host}:${port}`;
  }
}
