import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../client/api.ts';
import { changeFeed } from '../../state/changeFeed.ts';
import { readDocument } from './configActions.ts';

/** Changes of the history that are shown. */
const historyLimit = 200;

/** A document of the config, its history and the names of all documents, read again with each change. */
export function useConfig(namespace: string) {
  const queries = useQueryClient();
  useEffect(() => {
    const stream = changeFeed<unknown>(
      (signal) => api().configHistory.watch({}, { signal }),
      undefined,
      // Also after the first message, which says that the watch stands: what came before it is looked up.
      () => void queries.invalidateQueries({ queryKey: ['config'] }),
    );
    return stream.subscribe();
  }, [queries]);
  const document = useQuery({
    queryKey: ['config', 'document', namespace],
    queryFn: ({ signal }) => readDocument(namespace, signal),
    placeholderData: (before) => (before?.namespace === namespace ? before : undefined),
  });
  const history = useQuery({
    queryKey: ['config', 'history', namespace],
    queryFn: async ({ signal }) =>
      (await api().configHistory.list({ namespace, limit: historyLimit }, { signal })).changes,
  });
  const namespaces = useQuery({
    queryKey: ['config', 'namespaces'],
    queryFn: async ({ signal }) => (await api().configHistory.namespaces({}, { signal })).namespaces,
    placeholderData: keepPreviousData,
  });
  return { document, history, namespaces: namespaces.data ?? [] };
}

/** What is different between two revisions; `to` 0 is the document as it is. */
export function useDifferences(namespace: string, from: number, to: number, enabled: boolean) {
  return useQuery({
    queryKey: ['config', 'diff', namespace, from, to],
    enabled,
    queryFn: async ({ signal }) => (await api().configHistory.diff({ namespace, from, to }, { signal })).differences,
  });
}
