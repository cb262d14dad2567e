import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import {
  type CallEnd,
  type CallHead,
  type CallStarted,
  type PastCall,
  PastCallSchema,
  type ServiceCallRequest,
} from '../../../shared/contract/gen/calls_pb.ts';
import type { Clock } from '../base/clock.ts';
import { JsonFile } from '../host/jsonFile.ts';

/** Calls that are kept. */
const MAX_CALLS = 200;

/** Bytes of a body that are kept with a call; a larger one has to be given again. */
const MAX_BODY_BYTES = 64 * 1024;

/** The calls made by the console, over all lives of the server. The file is for the user alone: headers may hold tokens. */
export class CallHistory {
  private readonly file: JsonFile<JsonValue[]>;
  private calls: PastCall[] = [];
  private loaded: Promise<void> | undefined;
  private lastId = 0;

  constructor(
    path: string,
    private readonly clock: Clock,
  ) {
    this.file = new JsonFile({
      path,
      durable: false,
      parse: (value) => {
        if (!Array.isArray(value)) throw new Error('it is no list');
        return value as JsonValue[];
      },
    });
  }

  /** Adds a call that has ended. */
  async add(
    request: ServiceCallRequest,
    started: CallStarted | undefined,
    head: CallHead | undefined,
    end: CallEnd | undefined,
  ): Promise<void> {
    await this.load();
    const call = create(PastCallSchema, {
      id: ++this.lastId,
      at: this.clock.now(),
      request: request.body.length > MAX_BODY_BYTES ? { ...request, body: new Uint8Array() } : request,
    });
    if (started) call.started = started;
    if (head) call.head = head;
    if (end) call.end = end;
    this.calls = [call, ...this.calls].slice(0, MAX_CALLS);
    await this.store();
  }

  /** Newest first; of one service when it is named. */
  async list(service: string, limit: number): Promise<PastCall[]> {
    await this.load();
    return this.calls.filter((call) => !service || call.request?.service === service).slice(0, limit);
  }

  async clear(): Promise<void> {
    await this.load();
    this.calls = [];
    await this.store();
  }

  private load(): Promise<void> {
    this.loaded ??= this.file.read().then((result) => {
      const stored = result.status === 'ok' || result.status === 'restored' ? result.value : [];
      this.calls = stored.flatMap((one) => readCall(one) ?? []).slice(0, MAX_CALLS);
      this.lastId = Math.max(0, ...this.calls.map(({ id }) => id));
    });
    return this.loaded;
  }

  private store(): Promise<void> {
    return this.file.write(this.calls.map((call) => toJson(PastCallSchema, call)));
  }
}

/** A call of another version of the program may not be readable; then it is left out. */
function readCall(value: JsonValue): PastCall | undefined {
  try {
    return fromJson(PastCallSchema, value, { ignoreUnknownFields: true });
  } catch {
    return undefined;
  }
}
