import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { WatchResponse } from '../../../shared/contract/gen/records_pb.ts';
import { api } from '../../client/api.ts';
import { changeFeed } from '../../state/changeFeed.ts';
import { paced } from '../../state/paced.ts';
import { KeyPages } from './keyPages.ts';
import { type StorePlace, watchedPrefix } from './storePlace.ts';

/** ms between two looks at a list that changes all the time: often enough to be live, seldom enough to be read. */
const refreshMs = 400;

/** A change of a record; with `missed`, there were others that nobody could be told of. */
export type RecordChange = Pick<WatchResponse, 'type' | 'key' | 'revision' | 'missed'>;

/** The keys of a place, live. `handleChange` hears of each change below the watched prefix. */
export function useKeyPages(place: StorePlace, total: number, handleChange: (change: RecordChange) => void): KeyPages {
  const { database, table, prefix, reverse, key } = place;
  const [, draw] = useState(0);
  const redraw = useCallback(() => draw((count) => count + 1), []);
  const pages = useMemo(
    () =>
      new KeyPages(
        (request, signal) =>
          api().records.browse({ place: { database, table }, prefix, reverse, ...request }, { signal }),
        redraw,
      ),
    [database, table, prefix, reverse, redraw],
  );
  useEffect(() => () => pages.dispose(), [pages]);
  useEffect(() => {
    if (prefix === '') pages.setTotal(total);
  }, [pages, prefix, total]);

  const latest = useRef(handleChange);
  useEffect(() => {
    latest.current = handleChange;
  });
  const watched = watchedPrefix(prefix, key);
  useEffect(() => {
    const refresh = paced(refreshMs, () => pages.refresh());
    const stream = changeFeed<RecordChange>(
      (signal) => api().records.watch({ place: { database, table }, prefix: watched }, { signal }),
      { type: '', key: '', revision: 0, missed: 0 },
      (change) => {
        // The first message says that the watch stands: what was written before it is looked up.
        if (change.type === '' || change.missed > 0 || change.key.startsWith(prefix)) refresh.take(undefined);
        latest.current(change);
      },
    );
    const leave = stream.subscribe();
    return () => {
      refresh.clear();
      leave();
    };
  }, [pages, database, table, prefix, watched]);
  return pages;
}
