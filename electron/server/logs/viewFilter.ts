import type { LogViewOpen } from '../../../shared/contract/logView.ts';
import { escapeRegex, linearRegex } from './linearRegex.ts';
import type { RecordFilterQuery } from './recordFilter.ts';

/** What of a view's query is asked of each record. */
export function viewFilter(query: LogViewOpen['query']): RecordFilterQuery {
  return {
    sinceUs: query.sinceUs ?? 0,
    untilUs: query.untilUs ?? 0,
    levels: query.levels ?? [],
    stream: '',
    streams: query.streams ?? [],
    text: query.text ?? '',
    regex: query.regex ?? '',
    caseSensitive: query.caseSensitive ?? false,
  };
}

/** Finds every place in a line that the query's text or pattern fits. */
export function markerOf(query: RecordFilterQuery): RegExp | undefined {
  const { regex, text, caseSensitive } = query;
  if (regex) return linearRegex(regex, { caseSensitive, global: true });
  return text ? new RegExp(escapeRegex(text), caseSensitive ? 'gs' : 'gis') : undefined;
}
