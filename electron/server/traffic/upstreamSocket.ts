import net from 'node:net';

/**
 * A connection to a service that goes on reading when writing fails.
 *
 * A service may answer before it has read the whole request (413) and close. Its answer then waits in our receive buffer
 * while our next write fails with EPIPE or ECONNRESET, upon which a plain socket destroys itself and the answer with it.
 * Here such a write counts as done; what is left to read is read, and the end or the error of reading ends the socket.
 */
export class UpstreamSocket extends net.Socket {
  private done: Done | undefined;
  private forgiving: Done | undefined;

  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, this.forgive(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    // Node's socket has it; the type of the base class calls it optional.
    super._writev?.(chunks, this.forgive(done));
  }

  /** Node gives the same function at every write. */
  private forgive(done: Done): Done {
    if (this.forgiving && this.done === done) return this.forgiving;
    this.done = done;
    this.forgiving = (error) => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException;
      done(code === 'EPIPE' || code === 'ECONNRESET' ? null : error);
    };
    return this.forgiving;
  }
}

type Done = (error?: Error | null) => void;
