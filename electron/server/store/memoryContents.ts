import { createHash } from 'node:crypto';
import type { BlobContents, OpenContent, Written } from './blobContents.ts';

/** Contents that are gone with the process. */
export class MemoryContents implements BlobContents {
  private readonly contents = new Map<string, Buffer>();

  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
    const chunks: Buffer[] = [];
    // Copied: whoever gives a chunk may use its memory again.
    for await (const chunk of content) chunks.push(Buffer.from(chunk));
    const whole = Buffer.concat(chunks);
    this.contents.set(id, whole);
    return { bytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
  }

  async open(id: string): Promise<OpenContent | undefined> {
    const content = this.contents.get(id);
    if (!content) return undefined;
    return {
      async *read(range) {
        const part = range ? content.subarray(range.start, range.end + 1) : content;
        if (part.length > 0) yield part;
      },
      close: async () => {},
    };
  }

  async remove(id: string): Promise<void> {
    this.contents.delete(id);
  }

  async ids(prefix = ''): Promise<string[]> {
    return [...this.contents.keys()].filter((id) => id.startsWith(prefix));
  }
}
