import net from 'node:net';

/**
 * A connection to a service that goes on reading when writing fails.
 *
 * A service may answer before it has read the whole request (413) and close. Its answer then waits in our receive buffer
 * while our next write fails with EPIPE or ECONNRESET, upon which a plain socket destroys itself and the answer with it.
 * Here such a write counts as done; what is left to read is read, and the end or the error of reading ends the socket.
 */
export class UpstreamSocket extends net.Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    super._write(chunk, encoding, forgive(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    // Node's socket has it; the type of the base class calls it optional.
    super._writev?.(chunks, forgive(done));
  }
}

function forgive(done: (error?: Error | null) => void) {
  return (error?: Error | null): void => {
    const { code } = (error ?? {}) as NodeJS.ErrnoException;
    done(code === 'EPIPE' || code === 'ECONNRESET' ? null : error);
  };
}
