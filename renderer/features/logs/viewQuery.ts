import { MicroError, type ErrorCode, errorCatalogue } from '../../../shared/contract/errors.ts';
import type { LogViewQuery } from '../../../shared/contract/logView.ts';
import type { LogFilter, LogSearch } from './logSource.ts';

/** A search in the words of the server. */
export function searchFields(search: LogSearch): { text?: string; regex?: string; caseSensitive: boolean } {
  return search.regex
    ? { regex: search.pattern, caseSensitive: search.caseSensitive }
    : { text: search.pattern, caseSensitive: search.caseSensitive };
}

/** The query a filter stands for. */
export function queryOf(filter: LogFilter): LogViewQuery {
  return {
    services: [...filter.services],
    dividers: true,
    ...(filter.run === 0 ? {} : { run: filter.run }),
    ...(filter.sinceUs === 0 ? {} : { sinceUs: filter.sinceUs }),
    ...(filter.untilUs === 0 ? {} : { untilUs: filter.untilUs }),
    ...(filter.levels.length === 0 ? {} : { levels: [...filter.levels] }),
    ...(filter.stream === '' ? {} : { streams: [filter.stream] }),
    ...(filter.search === undefined ? {} : searchFields(filter.search)),
  };
}

/** The error that a message of the server tells of. */
export function errorOf(message: { code: string; message: string; next?: string | undefined }): MicroError {
  const code = message.code in errorCatalogue ? (message.code as ErrorCode) : 'internal.bug';
  return new MicroError(code, message.message, message.next === undefined ? {} : { next: message.next });
}
