import { expect, it } from 'vitest';
import { etcdAwayReason } from '../../../electron/server/host/etcdErrors.ts';

it.each([
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:2379. Resolution note: ',
    'connect ECONNREFUSED 127.0.0.1:2379',
  ],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded', 'Deadline exceeded'],
  ['it gives no answer, so the lease is not renewed', 'it gives no answer, so the lease is not renewed'],
])('an etcd that is away is said in words: %s', (said, reason) => {
  expect(etcdAwayReason(new Error(said))).toBe(reason);
});
