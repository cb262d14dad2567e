import type { Socket } from 'node:net';
import { create } from '@bufbuild/protobuf';
import {
  type LogsRequest,
  type MetricsReport,
  type ReportResponse,
  ReportResponseSchema,
  type Resource,
  type TracesRequest,
} from '../../../shared/contract/gen/otlp_pb.ts';
import type { MetricBoard } from './metricBoard.ts';
import { linesOf } from './otlpLogs.ts';
import { spansOf } from './otlpSpans.ts';
import { saysWho } from './otlpValues.ts';
import type { TraceStore } from './traceStore.ts';

/** Where reported log lines go. */
export interface ReportedLogs {
  /** Adds a line to the log of a service that runs; false when no such service has an open run. */
  append(service: string, line: string): boolean;
}

/** Tells which service a process belongs to that sends a report; asked only when the report does not say. */
export type Sender = () => string | undefined | Promise<string | undefined>;

/** Collaborators of {@link OtlpReports}. */
export interface OtlpReportsOptions {
  traces: Pick<TraceStore, 'add'>;
  metrics: MetricBoard;
  logs: ReportedLogs;
  /** The service at the other end of a connection; undefined when it is none of ours. */
  serviceOf(socket: Socket): string | undefined | Promise<string | undefined>;
}

/** What becomes of reports, whichever way they came. */
export class OtlpReports {
  constructor(private readonly options: OtlpReportsOptions) {}

  /** The sender of what comes by a connection. */
  senderOf(socket: Socket): Sender {
    return () => this.options.serviceOf(socket);
  }

  async traces(request: TracesRequest, sender: Sender): Promise<ReportResponse> {
    const { spans, rejected } = spansOf(request.resourceSpans, await nameOf(request.resourceSpans, sender));
    for (const span of spans) this.options.traces.add(span);
    return response(rejected, 'spans without a valid id');
  }

  async logs(request: LogsRequest, sender: Sender): Promise<ReportResponse> {
    const lines = linesOf(request.resourceLogs, await nameOf(request.resourceLogs, sender));
    const rejected = lines.filter(({ service, line }) => !this.options.logs.append(service, line)).length;
    return response(rejected, 'no running service has this service.name');
  }

  async metrics(request: MetricsReport, sender: Sender): Promise<ReportResponse> {
    const name = await nameOf(request.resourceMetrics, sender);
    return response(this.options.metrics.add(request.resourceMetrics, name), 'too many series');
  }
}

async function nameOf(
  resources: readonly { resource?: Resource | undefined }[],
  sender: Sender,
): Promise<string | undefined> {
  return resources.every(({ resource }) => saysWho(resource)) ? undefined : sender();
}

function response(rejected: number, why: string): ReportResponse {
  if (rejected === 0) return create(ReportResponseSchema);
  return create(ReportResponseSchema, { partialSuccess: { rejected: BigInt(rejected), errorMessage: why } });
}
