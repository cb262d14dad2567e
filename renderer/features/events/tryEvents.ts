import type { TryLine } from '../../ui/TryLines.tsx';

/** Lines that bring a first event into a topic. */
export function tryEvents(proxy: string): TryLine[] {
  const body = JSON.stringify({ topic: 'orders', payload: btoa('{"id":7}') });
  return [
    { what: 'On the command line', line: `micro events publish orders '{"id":7}' -k 7` },
    { what: 'And who gets them, as a member of a group', line: 'micro events consume orders -g mail --from start' },
    {
      what: 'From any language, by plain HTTP (payloads are base64)',
      line: `curl ${proxy}/topics.Topics/Publish -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${body}'`,
    },
  ];
}
