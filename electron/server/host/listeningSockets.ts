import { close, open, read } from 'node:fs';
import { parseProcNetTcp, type ProcSocket } from './procNetTcp.ts';

/** One read of the table, bytes. The kernel hands out a page at most. */
const READ_BYTES = 4096;

/** States of rows that may stand before or among the listening ones: LISTEN itself, and SYN_RECV on kernels before 4.4. */
const EARLY_STATES = new Set(['0A', '03']);

/**
 * The listening sockets of this machine, from /proc/net. The kernel lists them before all connections, so that reading
 * stops at the first connection: a machine that was asked often has tens of thousands of those in TIME_WAIT.
 */
export async function listeningSockets(root: string): Promise<ProcSocket[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((file) => readBeginning(`${root}/net/${file}`)));
  return tables.flatMap((text, index) => parseProcNetTcp(text, index === 1));
}

/** The rows of a table up to the first connection; empty when it cannot be read. */
function readBeginning(path: string): Promise<string> {
  return new Promise((resolve) => {
    open(path, 'r', (openError, fd) => {
      if (openError) {
        resolve('');
        return;
      }
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      let text = '';
      const readOn = (): void => {
        read(fd, buffer, 0, READ_BYTES, null, (error, bytes) => {
          text += error ? '' : buffer.toString('latin1', 0, bytes);
          if (!error && bytes > 0 && !hasConnection(text)) {
            readOn();
            return;
          }
          resolve(text);
          // Nothing was written: there is nothing to learn from it.
          close(fd, () => {});
        });
      };
      readOn();
    });
  });
}

/** Whether the last whole row is a connection. The first line names the columns. */
function hasConnection(text: string): boolean {
  const rows = text.slice(0, text.lastIndexOf('\n')).split('\n');
  const last = rows.length > 1 ? rows.at(-1) : undefined;
  const state = last?.trim().split(/\s+/)[3];
  return state !== undefined && !EARLY_STATES.has(state);
}
