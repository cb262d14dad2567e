import { MicroError } from '../../../shared/contract/errors.ts';
import type { Operation } from './store.ts';

/** The error of an operation whose `when` does not hold; `live` is the number of the live record, 0 for none. */
export function conflict({ key, when }: Operation, live: number): MicroError {
  const why =
    when === 'absent'
      ? `is there already, with revision ${live}`
      : live > 0
        ? `has revision ${live}, not ${when}`
        : `is not there, so it has not revision ${when}`;
  return new MicroError('store.conflict', `the record ${JSON.stringify(key)} ${why}`, {
    next: 'Read it again and decide anew.',
    retryable: true,
    details: { key, revision: live },
  });
}
