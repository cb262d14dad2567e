import { close, open, read } from 'node:fs';

/** First buffer of a read, bytes. Holds any `stat` and nearly every command line, so that one read is enough. */
const FIRST_READ_BYTES = 4096;

/**
 * The content of a file of /proc/<pid>, or undefined when it cannot be read. Not for tables such as /proc/net/tcp, whose
 * reads stop at every page. Such files have no size, and `readFile` spends
 * two of its five trips to the thread pool on asking for one; a pass over the process table reads hundreds.
 */
export function readProcFile(path: string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    open(path, 'r', (openError, fd) => {
      if (openError) {
        resolve(undefined);
        return;
      }
      let buffer = Buffer.allocUnsafe(FIRST_READ_BYTES);
      let filled = 0;
      const finish = (result: Buffer | undefined): void => close(fd, () => resolve(result));
      const readOn = (): void => {
        read(fd, buffer, filled, buffer.length - filled, null, (error, bytes) => {
          if (error) {
            finish(undefined);
            return;
          }
          filled += bytes;
          // A read with plenty of room left has got it all; otherwise only an empty read is proof of the end.
          if (bytes === 0 || filled < buffer.length / 2) {
            finish(buffer.subarray(0, filled));
            return;
          }
          if (filled === buffer.length) {
            const larger = Buffer.allocUnsafe(buffer.length * 4);
            buffer.copy(larger, 0, 0, filled);
            buffer = larger;
          }
          readOn();
        });
      };
      readOn();
    });
  });
}
