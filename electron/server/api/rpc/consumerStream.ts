/** Something that gives one thing after another until it is closed. */
export interface Pulled<T> {
  next(): Promise<T | undefined>;
  close(): void;
}

/** What a consumer gets, until the reader goes away; then, or when the reader stops, it is closed. */
export async function* pulledFrom<T>(source: Pulled<T>, signal: AbortSignal): AsyncGenerator<T> {
  const end = (): void => source.close();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  try {
    for (let next = await source.next(); next !== undefined; next = await source.next()) yield next;
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}
