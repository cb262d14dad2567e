import { MicroError } from '../../../shared/contract/errors.ts';
import type { BlobInfo, BlobName, Blobs, ListBlobsOptions, OpenBlob, PutOptions } from './blobs.ts';

/** Blobs that are opened when they are first used. An opening that fails rejects the call, and the next call tries again. */
export class DeferredBlobs implements Blobs {
  private opened: Promise<Blobs> | undefined;
  private closed = false;

  constructor(private readonly openNow: () => Promise<Blobs>) {}

  async put(name: BlobName, content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<BlobInfo> {
    return (await this.blobs()).put(name, content, options);
  }

  async open(name: BlobName): Promise<OpenBlob | undefined> {
    return (await this.blobs()).open(name);
  }

  async info(name: BlobName): Promise<BlobInfo | undefined> {
    return (await this.blobs()).info(name);
  }

  async delete(name: BlobName): Promise<boolean> {
    return (await this.blobs()).delete(name);
  }

  async list(options: ListBlobsOptions): Promise<BlobInfo[]> {
    return (await this.blobs()).list(options);
  }

  async close(): Promise<void> {
    this.closed = true;
    await (await this.opened?.catch(() => undefined))?.close();
  }

  private blobs(): Promise<Blobs> {
    if (this.closed) throw new MicroError('server.stopping', 'the store is closed');
    if (!this.opened) {
      this.opened = this.openNow();
      this.opened.catch(() => (this.opened = undefined));
    }
    return this.opened;
  }
}
