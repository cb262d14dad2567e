import type { TryLine } from '../../ui/TryLines.tsx';

/** Lines that bring first values into the config. */
export function tryConfig(namespace: string, proxy: string): TryLine[] {
  const flag = namespace === 'micro' ? '' : ` -n ${namespace}`;
  const body = JSON.stringify({ namespace, path: 'db.pool', value: { data: '5' } });
  return [
    { what: 'On the command line', line: `micro config set db.pool 5${flag}` },
    {
      what: 'A secret, from a file so that it is in no history',
      line: `micro config set api.key --secret${flag} < key.txt`,
    },
    {
      what: 'From any language, by plain HTTP',
      line: `curl ${proxy}/config.Config/Set -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${body}'`,
    },
  ];
}
