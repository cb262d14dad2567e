import type { ByteRange } from '../../store/blobs.ts';

/**
 * The part that a Range header asks for (RFC 9110, section 14): undefined for the whole, which is also the answer to several
 * parts at once and to what cannot be understood; `outside` when there is no such part.
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | 'outside' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const last = Number(to);
    return last === 0 || bytes === 0 ? 'outside' : { start: Math.max(0, bytes - last), end: bytes - 1 };
  }
  const start = Number(from);
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < start) return undefined;
  return start >= bytes ? 'outside' : { start, end };
}
