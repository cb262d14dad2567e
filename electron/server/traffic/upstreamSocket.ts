import net from 'node:net';

/** Bytes of one read at most; what libuv offers by itself. A larger one makes no fewer reads of what comes over loopback. */
const READ_BYTES = 64 * 1024;

/**
 * Where the system puts what was read, of all connections: it is filled and taken in one go, before the next read of any. A
 * buffer for each read, as Node has it otherwise, is 64 KB that are asked for and given back with every small answer.
 */
const readBytes = Buffer.allocUnsafeSlow(READ_BYTES);

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

  /** `take` is told what was read; the bytes are its own until it returns and are overwritten then. */
  constructor(take: (bytes: Buffer) => void) {
    const onread: net.OnReadOpts = {
      buffer: readBytes,
      callback: (length) => {
        take(readBytes.subarray(0, length));
        return true;
      },
    };
    // The types know it of `net.connect` alone, which hands it on to here.
    super({ onread } as net.SocketConstructorOpts);
  }

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
