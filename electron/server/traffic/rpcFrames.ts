/** Bytes of a message that are taken, as micro has it: a message has to be whole before it can be passed on. */
export const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** A message as gRPC frames it: not compressed, its length, its bytes. */
export function frameOf(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Takes messages of gRPC out of chunks of any size. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private length = 0;
  /** Bytes of the next frame, head included; 0 while that is not known. */
  private wanted = 0;

  constructor(private readonly maxBytes = MAX_MESSAGE_BYTES) {}

  /** The messages that are whole with this chunk. Throws when one is compressed or too large. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const messages: Buffer[] = [];
    while (this.length >= (this.wanted || 5)) {
      const bytes = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks);
      if (this.wanted === 0) {
        if (bytes[0] !== 0) throw new Error('a message is compressed, which was not asked for');
        this.wanted = 5 + bytes.readUInt32BE(1);
        if (this.wanted - 5 > this.maxBytes) throw new Error(`a message has more than ${this.maxBytes} bytes`);
        this.chunks = [bytes];
        continue;
      }
      messages.push(bytes.subarray(5, this.wanted));
      const rest = bytes.subarray(this.wanted);
      this.chunks = rest.length > 0 ? [rest] : [];
      this.length = rest.length;
      this.wanted = 0;
    }
    return messages;
  }
}
