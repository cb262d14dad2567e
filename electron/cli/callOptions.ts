import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { ServiceCallRequestSchema } from '../../shared/contract/gen/calls_pb.ts';
import type { CliContext } from './context.ts';
import { parseSpan } from './parseTime.ts';
import { usageError } from './usageError.ts';

/** Bytes of an answer that `micro call` takes when nothing else is asked for: more than a person reads. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** Adds the arguments and options of a call. */
export function addCallOptions(command: Command): void {
  command
    .argument('<service>', 'name of the service')
    .argument('[endpoint]', 'what to call: "GET /products/{id}", a path, or Handler.Method (default: GET /)')
    .argument('[body]', 'JSON or text; @FILE reads a file, - reads stdin')
    .option('-X, --method <method>', 'method, when the endpoint does not say (default: GET, POST with a body)')
    .option('-H, --header <header...>', 'a header, "Name: value"; {{VAR}} stands for a variable of the service')
    .option('-f, --field <field...>', 'a field of the endpoint, name=value: put into path, query, headers or body')
    .option('-i, --include', 'status and headers before the body')
    .option('--timeout <span>', 'how long it may take (default: 2m)')
    .option('--max <bytes>', 'bytes of the answer that are taken (default: 16 MB)');
}

/** The request that a command line means. */
export async function requestOf(
  context: CliContext,
  [service = '', endpoint = '', body]: readonly string[],
  options: Record<string, unknown>,
  stdin: Readable = process.stdin,
): Promise<MessageInitShape<typeof ServiceCallRequestSchema>> {
  const bytes = body === undefined ? new Uint8Array() : await bodyOf(context, body, stdin);
  const method = typeof options.method === 'string' ? options.method : '';
  const isFree = endpoint === '' || endpoint.startsWith('/');
  const max = options.max === undefined ? DEFAULT_MAX_BYTES : Number(options.max);
  if (!(max >= 0)) throw usageError(`--max "${String(options.max)}" is not a number of bytes`, 'use e.g. 1000000');
  return {
    service,
    endpoint: isFree ? '' : endpoint,
    path: isFree ? endpoint : '',
    method: method || (isFree && bytes.length > 0 ? 'POST' : ''),
    headers: ((options.header as string[] | undefined) ?? []).map(headerOf),
    fields: Object.fromEntries(((options.field as string[] | undefined) ?? []).map(fieldOf)),
    body: bytes,
    timeoutMs: typeof options.timeout === 'string' ? parseSpan('timeout', options.timeout) : 0,
    maxBytes: max,
  };
}

async function bodyOf(context: CliContext, body: string, stdin: Readable): Promise<Uint8Array> {
  if (body === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  if (!body.startsWith('@')) return Buffer.from(body);
  const file = resolve(context.cwd, body.slice(1));
  try {
    return await readFile(file);
  } catch (error) {
    throw usageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, 'name a file that is there');
  }
}

function headerOf(text: string): { name: string; value: string } {
  const at = text.indexOf(':');
  if (at <= 0) throw usageError(`-H "${text}" is not a header`, 'write it as "Name: value"');
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

function fieldOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw usageError(`-f "${text}" is not a field`, 'write it as name=value');
  return [text.slice(0, at), text.slice(at + 1)];
}
