import type { Call } from './call.ts';

/** Calls of a block. They are forgotten together, so more of them would be a larger step in what is kept. */
const BLOCK_CALLS = 128;

/** Bytes for the texts of a block: names, ids and a path of usual length. A call with longer ones begins a new block. */
const BLOCK_BYTES = 32 * 1024;

/** Bytes of a character in UTF-8 at most, of those that a string counts as one. */
const MAX_CHARACTER_BYTES = 3;

const KINDS = ['http', 'stream', 'websocket', 'grpc'] as const satisfies Call['kind'][];
const VIAS = ['gateway', 'proxy'] as const satisfies Call['via'][];

/** Numbers of a call: id, at, status, gRPC status, bytes in and out, duration, kind, via, and where its text begins. */
const NUMBERS = 10;

/** Texts of a call, of which the lengths are kept. */
const TEXTS = 9;

/** What stands for a gRPC status that is missing. */
const MISSING = -1;

/** Some calls, as bytes: only what is asked for becomes an object again. */
class CallBlock {
  count = 0;
  private readonly numbers = new Float64Array(BLOCK_CALLS * NUMBERS);
  private readonly lengths = new Uint32Array(BLOCK_CALLS * TEXTS);
  private readonly texts: Buffer;
  private used = 0;

  constructor(bytes: number) {
    this.texts = Buffer.allocUnsafeSlow(bytes);
  }

  /** Bytes that it has for texts. */
  get bytes(): number {
    return this.texts.length;
  }

  clear(): void {
    this.count = this.used = 0;
  }

  /** False when it does not fit any more. */
  add(call: Call, text: string): boolean {
    if (this.count === BLOCK_CALLS || text.length * MAX_CHARACTER_BYTES > this.texts.length - this.used) return false;
    const { numbers, lengths } = this;
    let at = this.count * NUMBERS;
    numbers[at++] = call.id;
    numbers[at++] = call.at;
    numbers[at++] = call.status;
    numbers[at++] = call.grpcStatus ?? MISSING;
    numbers[at++] = call.requestBytes;
    numbers[at++] = call.responseBytes;
    numbers[at++] = call.durationMs;
    numbers[at++] = KINDS.indexOf(call.kind);
    numbers[at++] = VIAS.indexOf(call.via);
    numbers[at] = this.used;
    at = this.count * TEXTS;
    lengths[at++] = call.from.length;
    lengths[at++] = call.to.length;
    lengths[at++] = call.node.length;
    lengths[at++] = call.method.length;
    lengths[at++] = call.traceId.length;
    lengths[at++] = call.spanId.length;
    lengths[at++] = call.parentSpanId.length;
    lengths[at++] = call.path.length;
    lengths[at] = call.error.length;
    this.used += this.texts.write(text, this.used, 'utf8');
    this.count++;
    return true;
  }

  get lastId(): number {
    return this.idOf(this.count - 1);
  }

  idOf(index: number): number {
    return this.numbers[index * NUMBERS] as number;
  }

  /** Whether one of its calls may have this text somewhere. */
  mayHave(text: string): boolean {
    return this.texts.subarray(0, this.used).includes(text);
  }

  call(index: number): Call {
    const at = index * NUMBERS;
    const number = (field: number): number => this.numbers[at + field] as number;
    const end = index + 1 < this.count ? (this.numbers[at + 2 * NUMBERS - 1] as number) : this.used;
    const text = this.texts.toString('utf8', number(9), end);
    let from = 0;
    const next = (field: number): string => text.slice(from, (from += this.lengths[index * TEXTS + field] as number));
    const call: Call = {
      id: number(0),
      at: number(1),
      from: next(0),
      to: next(1),
      node: next(2),
      via: VIAS[number(8)] as Call['via'],
      kind: KINDS[number(7)] as Call['kind'],
      method: next(3),
      traceId: next(4),
      spanId: next(5),
      parentSpanId: next(6),
      path: next(7),
      error: next(8),
      status: number(2),
      requestBytes: number(4),
      responseBytes: number(5),
      durationMs: number(6),
    };
    if (number(3) !== MISSING) call.grpcStatus = number(3);
    return call;
  }
}

/**
 * The last calls, without their bodies. As objects each of them would outlive the collection of young objects: thousands a
 * second are carried about while every request under way stands still, and that is what the slowest hundredth of them waits
 * for. As bytes they cost a copy each and nothing afterwards.
 */
export class PackedCalls {
  /** Oldest first. */
  private readonly blocks: CallBlock[] = [];
  private kept = 0;
  /** One that was dropped, for the next calls: memory outside of the heap is collected only with all of the heap. */
  private spare: CallBlock | undefined;

  /** Keeps `capacity` calls at least, and no more than a block beyond. */
  constructor(private readonly capacity: number) {}

  add(call: Call): void {
    const { from, to, node, method, traceId, spanId, parentSpanId, path, error } = call;
    const text = from + to + node + method + traceId + spanId + parentSpanId + path + error;
    if (this.blocks.at(-1)?.add(call, text) !== true) {
      const block = this.emptyBlock(text.length * MAX_CHARACTER_BYTES);
      block.add(call, text);
      this.blocks.push(block);
    }
    this.kept++;
    const oldest = this.blocks[0] as CallBlock;
    if (this.kept - oldest.count < this.capacity) return;
    this.kept -= oldest.count;
    this.blocks.shift();
    if (oldest.bytes === BLOCK_BYTES) this.spare = oldest;
  }

  /** The calls, newest first; with `text` those that may have it are enough. */
  *newestFirst(text?: string): IterableIterator<Call> {
    for (let at = this.blocks.length - 1; at >= 0; at--) {
      const block = this.blocks[at] as CallBlock;
      if (text !== undefined && !block.mayHave(text)) continue;
      for (let index = block.count - 1; index >= 0; index--) yield block.call(index);
    }
  }

  /** A call by its id. Ids grow from call to call. */
  get(id: number): Call | undefined {
    const block = this.blocks.find(({ lastId }) => lastId >= id);
    if (!block) return undefined;
    for (let index = block.count - 1; index >= 0; index--) if (block.idOf(index) === id) return block.call(index);
    return undefined;
  }

  private emptyBlock(bytes: number): CallBlock {
    const { spare } = this;
    if (!spare || bytes > spare.bytes) return new CallBlock(Math.max(BLOCK_BYTES, bytes));
    this.spare = undefined;
    spare.clear();
    return spare;
  }
}
