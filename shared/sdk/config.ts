import type { z } from 'zod';
import { ConfigHistory } from '../contract/gen/config_history_pb.ts';
import { Config as ConfigContract } from '../contract/gen/config_pb.ts';
import type { Connection } from './connection.ts';
import { checked } from './schema.ts';
import { ServiceError } from './serviceError.ts';
import { either, reopened } from './watching.ts';

/**
 * Values by dotted paths, e.g. `db.pool`; the document that `micro config` shows and changes. Services read it; a secret gets
 * to one through its environment, `${secret:path}` in micro.yaml, and is masked here.
 */
export class Config {
  private readonly client;
  private readonly history;

  constructor(
    private readonly connection: Connection,
    private readonly ending: AbortSignal,
    private readonly name = 'micro',
  ) {
    this.client = connection.coreClient(ConfigContract);
    this.history = connection.coreClient(ConfigHistory);
  }

  /** Another document. */
  namespace(name: string): Config {
    return new Config(this.connection, this.ending, name);
  }

  /** The value at a path, or undefined when nothing is there. With a schema it is checked and typed. */
  get(path: string): Promise<unknown>;
  get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined>;
  async get(path: string, schema?: z.ZodType): Promise<unknown> {
    try {
      const { value } = await this.client.get({ namespace: this.name, path });
      const read = JSON.parse(value?.data || 'null') as unknown;
      return schema ? await checked(schema, read, `the config at ${path}`) : read;
    } catch (error) {
      if (error instanceof ServiceError && error.error === 'config.not-found') return undefined;
      throw error;
    }
  }

  /** The value at a path now, and again whenever it changes, until the signal aborts or the service ends. */
  watch(path: string, schema?: undefined, options?: { signal?: AbortSignal }): AsyncGenerator<unknown>;
  watch<S extends z.ZodType>(
    path: string,
    schema: S,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<z.output<S> | undefined>;
  async *watch(path: string, schema?: z.ZodType, options: { signal?: AbortSignal } = {}): AsyncGenerator<unknown> {
    const { signal, dispose } = either(this.ending, options.signal);
    let last: string | undefined;
    let isFirst = true;
    try {
      const open = (current: AbortSignal) => this.history.watch({ namespace: this.name }, { signal: current });
      // Each message, also the first of a stream that was opened again, means: look at what is there now.
      for await (const { paths } of reopened(open, signal)) {
        const value = await this.get(path, schema as z.ZodType);
        const text = JSON.stringify(value);
        // A secret reads the same before and after.
        if (!isFirst && text === last && !paths.some((changed) => isWithin(changed, path))) continue;
        isFirst = false;
        last = text;
        yield value;
      }
    } finally {
      dispose();
    }
  }
}

/** Whether a value is at a path or below it. */
function isWithin(changed: string, path: string): boolean {
  return path === '' || changed === path || changed.startsWith(`${path}.`);
}
