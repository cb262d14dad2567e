import { open } from 'node:fs/promises';

/**
 * Rows of /proc/net/tcp that are handed out at once, and the bytes that they have. The kernel hands out whole rows, a page at
 * most, and several such reads at once as long as each is full; so one trip to the thread pool reads PAGES of them.
 */
const PAGE_BYTES = 27 * 150;
const PAGES = 16;

/** Whole rows of a table such as /proc/net/tcp, some pages at a time; none when it cannot be read. Who has enough reads no further. */
export async function* procRows(path: string): AsyncGenerator<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  try {
    const whole = Buffer.allocUnsafe(PAGES * PAGE_BYTES);
    const pages = Array.from({ length: PAGES }, (_, at) => whole.subarray(at * PAGE_BYTES, (at + 1) * PAGE_BYTES));
    let rest = '';
    for (;;) {
      const { bytesRead } = await file.readv(pages);
      if (bytesRead === 0) break;
      const text = rest + whole.toString('latin1', 0, bytesRead);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0) yield text.slice(0, end);
    }
    if (rest !== '') yield rest;
  } catch {
    // It went away while it was read.
  } finally {
    await file.close().catch(() => {});
  }
}
