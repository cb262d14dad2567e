import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ListResponse, Topic } from '../../../shared/contract/gen/topics_pb.ts';
import { api } from '../../client/api.ts';
import { changeFeed } from '../../state/changeFeed.ts';
import { EventRange } from './eventRange.ts';

/** All topics, live. */
export function useTopics(): { topics: readonly Topic[]; loaded: boolean; error: unknown; reload: () => void } {
  const [state, setState] = useState<{ topics: readonly Topic[]; loaded: boolean; error: unknown }>({
    topics: [],
    loaded: false,
    error: undefined,
  });
  const reload = useCallback(() => {
    api()
      .topics.list({})
      .then(
        ({ topics }) => setState({ topics, loaded: true, error: undefined }),
        (error: unknown) => setState((before) => ({ ...before, error })),
      );
  }, []);
  useEffect(() => {
    reload();
    const stream = changeFeed<ListResponse | undefined>(
      (signal) => api().topics.watch({}, { signal }),
      undefined,
      (change) => {
        if (change) setState({ topics: change.topics, loaded: true, error: undefined });
        else reload();
      },
    );
    return stream.subscribe();
  }, [reload]);
  return { ...state, reload };
}

/** The events of a topic that are looked at; they follow its end. */
export function useEventRange(topic: string, end: number): EventRange {
  const [, draw] = useState(0);
  const range = useMemo(
    () =>
      new EventRange(
        (page) => api().topics.history({ topic, ...page }),
        () => draw((count) => count + 1),
      ),
    [topic],
  );
  useEffect(() => {
    // Without a topic there is nothing to ask for.
    if (topic !== '') void range.go(undefined);
  }, [range, topic]);
  useEffect(() => range.setEnd(end), [range, end]);
  return range;
}
