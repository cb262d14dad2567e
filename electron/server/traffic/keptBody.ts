import type { IncomingMessage } from 'node:http';

/** Bodies that a person can read and send again. */
const TEXT =
  /^(?:text\/|application\/(?:json|xml|x-www-form-urlencoded|graphql|x-ndjson|[\w.-]+\+(?:json|xml))(?:$|[\s;]))/i;

/** Codings of gRPC messages that can be undone. */
const KNOWN_CODING = /^(?:identity|gzip|deflate)$/;

/**
 * The beginning of the body of a request, as it passed, to be sent again. Copies, since a piece of a socket's buffer would
 * keep the whole buffer; no more than `limit` bytes, however large the body is.
 */
export class KeptBody {
  private readonly chunks: Buffer[] = [];
  private kept = 0;
  private cut = false;

  constructor(
    readonly contentType: string,
    private readonly limit: number,
    /** How messages of gRPC that are marked as compressed are compressed. */
    readonly coding = 'identity',
  ) {}

  /** Bytes that are kept. */
  get length(): number {
    return this.kept;
  }

  /** Whether there was more than is kept. */
  get isCut(): boolean {
    return this.cut;
  }

  take(chunk: Buffer): void {
    const left = this.limit - this.kept;
    if (chunk.length > left) this.cut = true;
    if (left <= 0 || chunk.length === 0) return;
    const piece = Buffer.from(chunk.subarray(0, left));
    this.chunks.push(piece);
    this.kept += piece.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/**
 * A place for the body of a request, when it is text or messages of gRPC; undefined for everything else, compressed text
 * included.
 */
export function keptBodyOf(request: Pick<IncomingMessage, 'headers'>, limit: number): KeptBody | undefined {
  if (limit <= 0) return undefined;
  const { 'content-type': type, 'content-encoding': coding } = request.headers;
  if (type === undefined) return undefined;
  if (type.startsWith('application/grpc')) {
    const of = String(request.headers['grpc-encoding'] ?? 'identity');
    return KNOWN_CODING.test(of) ? new KeptBody(type, limit, of) : undefined;
  }
  if (!TEXT.test(type) || (coding !== undefined && coding !== 'identity')) return undefined;
  return new KeptBody(type, limit);
}
