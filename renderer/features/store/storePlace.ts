/** Where the store page is; all of it stands in its address. */
export interface StorePlace {
  readonly database: string;
  readonly table: string;
  readonly prefix: string;
  readonly reverse: boolean;
  /** The record that is open. */
  readonly key: string | undefined;
}

/** What the store uses when nothing is said. */
export const usualName = 'micro';

/** Reads the place from the page's address. */
export function placeFrom(params: Readonly<Record<string, string>>): StorePlace {
  return {
    database: params['database'] || usualName,
    table: params['table'] || usualName,
    prefix: params['prefix'] ?? '',
    reverse: params['order'] === 'desc',
    key: params['key'],
  };
}

/** The address of a place; the inverse of {@link placeFrom}. */
export function paramsOf({ database, table, prefix, reverse, key }: StorePlace): Record<string, string> {
  return {
    database,
    table,
    ...(prefix === '' ? {} : { prefix }),
    ...(reverse ? { order: 'desc' } : {}),
    ...(key === undefined ? {} : { key }),
  };
}

/** The prefix under which changes are watched, so that one stream tells of the list and of the open record alike. */
export function watchedPrefix(prefix: string, key: string | undefined): string {
  if (key === undefined || key.startsWith(prefix)) return prefix;
  let length = 0;
  while (length < prefix.length && prefix[length] === key[length]) length += 1;
  // Half of a surrogate pair is no text that can be sent.
  const code = prefix.charCodeAt(length - 1);
  if (code >= 0xd800 && code <= 0xdbff) length -= 1;
  return prefix.slice(0, length);
}
