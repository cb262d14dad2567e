import type { TryLine } from '../../ui/TryLines.tsx';
import { type StorePlace, usualName } from './storePlace.ts';

/** Lines that bring a first record into a table: by the CLI, and by plain HTTP as any language can. */
export function tryStore({ database, table }: Pick<StorePlace, 'database' | 'table'>, proxy: string): TryLine[] {
  const flags = [
    ...(database === usualName ? [] : [`-d ${database}`]),
    ...(table === usualName ? [] : [`-t ${table}`]),
  ].join(' ');
  const body = JSON.stringify({
    record: { key: 'greeting', value: btoa('hello') },
    options: { database, table },
  });
  return [
    { what: 'On the command line', line: `micro store write greeting hello${flags === '' ? '' : ` ${flags}`}` },
    {
      what: 'One that ends by itself',
      line: `micro store write session/7 '{"user":1}' -e 30m${flags === '' ? '' : ` ${flags}`}`,
    },
    {
      what: 'From any language, by plain HTTP (values are base64)',
      line: `curl ${proxy}/store.Store/Write -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${body}'`,
    },
  ];
}
