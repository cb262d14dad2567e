import type { ByteRange } from './blobs.ts';

/** What came of writing a content. */
export interface Written {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** A content that is open for reading. */
export interface OpenContent {
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Where the contents of blobs are, by ids of hexadecimal digits and dashes that are never used twice: files, or memory. */
export interface BlobContents {
  /** Writes a content; when it resolves the content is whole and durable. When it rejects nothing of it is left. */
  write(id: string, content: AsyncIterable<Uint8Array>): Promise<Written>;
  /** Undefined when there is none. */
  open(id: string): Promise<OpenContent | undefined>;
  remove(id: string): Promise<void>;
  /** Ids of all contents, or of those that begin so, with three characters at least. */
  ids(prefix?: string): Promise<string[]>;
}
