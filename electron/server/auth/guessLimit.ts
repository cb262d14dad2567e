import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';

/** Wrong secrets that cost nothing: people mistype. */
const FREE_FAILURES = 5;
/** ms to wait after the first one too many; doubles with each further one. */
const FIRST_WAIT_MS = 1_000;
/** ms to wait at most: some 1,400 guesses a day, while the owner is never locked out for long. */
const MAX_WAIT_MS = 60_000;
/**
 * Accounts that are remembered, some 300 bytes each; the one that failed longest ago goes first. Who floods with other
 * names to have one forgotten waits for as many checks of a secret, which take longer than the wait that he is rid of.
 */
const MAX_KNOWN = 20_000;

interface Failures {
  count: number;
  /** ms, monotonic. */
  waitUntil: number;
}

/** Slows down who guesses the secret of an account. */
export class GuessLimit {
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly clock: Clock,
    private readonly options: { freeFailures: number; of: string } = {
      freeFailures: FREE_FAILURES,
      of: 'wrong secrets for',
    },
  ) {}

  /** Throws `auth.too-many-guesses` while an account has to wait. */
  check(account: string): void {
    const leftMs = (this.failures.get(account)?.waitUntil ?? 0) - this.clock.monotonic();
    if (leftMs <= 0) return;
    throw new MicroError('auth.too-many-guesses', `too many ${this.options.of} ${account}`, {
      next: `try again in ${Math.ceil(leftMs / 1000)} s`,
      retryable: true,
    });
  }

  noteFailure(account: string): void {
    const count = (this.failures.get(account)?.count ?? 0) + 1;
    const beyond = count - this.options.freeFailures;
    const waitMs = beyond < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** beyond, MAX_WAIT_MS);
    this.failures.delete(account);
    this.failures.set(account, { count, waitUntil: this.clock.monotonic() + waitMs });
    if (this.failures.size > MAX_KNOWN) this.failures.delete(this.failures.keys().next().value as string);
  }

  noteSuccess(account: string): void {
    this.failures.delete(account);
  }
}

/**
 * Where guesses come from, of a network address. Of IPv6 its first 64 bits: whoever has one address there has all that
 * begin with them.
 */
export function guessSource(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
