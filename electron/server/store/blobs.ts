/** Where a blob is. The namespace is a name as a database has; the key is one of the store's, 1 to 1024 bytes of UTF-8. */
export interface BlobName {
  namespace: string;
  key: string;
}

/** What is known of a blob without its content. */
export interface BlobInfo extends BlobName {
  bytes: number;
  /** Of the content, hexadecimal. */
  sha256: string;
  /** What whoever stored it said it is, e.g. `image/png`. */
  contentType: string;
  /** ms since 1970 by the store's own clock. */
  createdAtMs: number;
  /** ms since 1970; undefined: kept until deleted. */
  expiresAtMs: number | undefined;
}

/** How a blob is stored. */
export interface PutOptions {
  contentType?: string | undefined;
  /** Life from the end of the writing on, ms. Undefined: without end. */
  ttlMs?: number | undefined;
}

/** A part of a blob, both ends included, as HTTP counts. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A blob that is open for reading. Its content stays what it is when the blob is replaced or deleted meanwhile. */
export interface OpenBlob {
  info: BlobInfo;
  /** Streams the content, or a part. To be called once, or `close` instead. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Which blobs to list. */
export interface ListBlobsOptions {
  namespace: string;
  prefix?: string | undefined;
  /** Keys behind this one only. */
  after?: string | undefined;
  /** 0 or undefined: all. */
  limit?: number | undefined;
}

/**
 * Content of any size by key, streamed in and out. A blob is there whole or not at all, also after `kill -9`; what a resolved
 * promise reported is on the disk. Bad names and lives reject with a `store.*` code before anything is read.
 */
export interface Blobs {
  /** Stores what comes in, in place of an older blob of the same key. When `content` fails, nothing has changed. */
  put(name: BlobName, content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<BlobInfo>;
  /** Opens a live blob; undefined when there is none. */
  open(name: BlobName): Promise<OpenBlob | undefined>;
  /** What is known of a live blob; undefined when there is none. */
  info(name: BlobName): Promise<BlobInfo | undefined>;
  /** Resolves with whether there was one. */
  delete(name: BlobName): Promise<boolean>;
  /** Live blobs in the order of their keys' bytes. */
  list(options: ListBlobsOptions): Promise<BlobInfo[]>;
  /** Lets go of files and timers. Calls after it reject. */
  close(): Promise<void>;
}
