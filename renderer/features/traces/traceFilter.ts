import type { ListTracesRequest } from '../../../shared/contract/gen/traces_pb.ts';

/** What the list of traces is narrowed to; kept in the address of the page. */
export interface TraceFilter {
  /** Empty: any service. */
  readonly services: readonly string[];
  readonly failedOnly: boolean;
  readonly minDurationMs: number;
  readonly text: string;
}

/** Shortest durations that can be chosen, ms; 0 stands for any. */
export const durationChoices = [0, 10, 50, 100, 500, 1000, 5000] as const;

/** Traces asked for at once. */
export const pageSize = 200;

/** Names under which the filter stands in the address of the page. */
export const filterParams = ['of', 'failed', 'min', 'text'] as const;

/** Reads a filter out of the address of the page. */
export function filterFrom(params: Readonly<Record<string, string>>): TraceFilter {
  const minDurationMs = Number(params['min'] ?? 0);
  return {
    services: (params['of'] ?? '').split(',').filter((name) => name !== ''),
    failedOnly: params['failed'] === '1',
    minDurationMs: Number.isFinite(minDurationMs) && minDurationMs > 0 ? minDurationMs : 0,
    text: params['text'] ?? '',
  };
}

/** The filter for the address of the page. */
export function paramsOf({ services, failedOnly, minDurationMs, text }: TraceFilter): Record<string, string> {
  return {
    ...(services.length > 0 ? { of: services.join(',') } : {}),
    ...(failedOnly ? { failed: '1' } : {}),
    ...(minDurationMs > 0 ? { min: String(minDurationMs) } : {}),
    ...(text !== '' ? { text } : {}),
  };
}

/** The filter as the server takes it. */
export function requestOf(
  filter: TraceFilter,
): Pick<ListTracesRequest, 'services' | 'status' | 'minDurationMs' | 'text' | 'limit'> {
  return {
    services: [...filter.services],
    status: filter.failedOnly ? 'error' : '',
    minDurationMs: filter.minDurationMs,
    text: filter.text,
    limit: pageSize,
  };
}

/** Whether a filter leaves something out. */
export function isNarrowed(filter: TraceFilter): boolean {
  return filter.services.length > 0 || filter.failedOnly || filter.minDurationMs > 0 || filter.text !== '';
}
