import { create } from '@bufbuild/protobuf';
import { LineCounter, parseDocument, Document, isNode } from 'yaml';
import * as z from 'zod';
import { type SavedCall, SavedCallSchema } from '../../../shared/contract/gen/calls_pb.ts';
import { nearest } from '../project/nearest.ts';

z.config({ jitless: true });

/** What a file of a saved call may hold. */
const shape = z.strictObject({
  description: z.string().default(''),
  service: z.string().min(1),
  endpoint: z.string().default(''),
  method: z.string().default(''),
  path: z.string().default(''),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  body: z.unknown().optional(),
});

/** A file as it was read: a call, or what is wrong with it. */
export type ParsedCall = { call: SavedCall } | { problem: string };

/** Reads the text of a saved call; `name` is that of its file. */
export function parseCallFile(name: string, text: string): ParsedCall {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const first = document.errors[0];
  if (first) {
    const { line, col } = lines.linePos(first.pos[0]);
    return { problem: `line ${line}, column ${col}: ${first.message.split('\n')[0]?.replace(/ at line .*$/, '')}` };
  }
  const result = shape.safeParse(document.toJS() ?? {});
  if (!result.success) {
    const { issues } = result.error;
    // A key that is misspelt explains the one that is missing.
    const telling = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    return { problem: describe(telling as z.core.$ZodIssue, document, lines) };
  }
  const { headers = {}, fields = {}, body, ...plain } = result.data;
  return {
    call: create(SavedCallSchema, {
      name,
      ...plain,
      headers: Object.entries(headers).map(([header, value]) => ({ name: header, value: String(value) })),
      fields: Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, wordOf(value)])),
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body, null, 2),
    }),
  };
}

/** A saved call as the text of its file; a body that is JSON is written as YAML, so that differences can be read. */
export function formatCallFile(call: SavedCall): string {
  const entries: Record<string, unknown> = {
    description: call.description,
    service: call.service,
    endpoint: call.endpoint,
    method: call.method,
    path: call.path,
    headers: Object.fromEntries(call.headers.map(({ name, value }) => [name, value])),
    fields: Object.fromEntries(Object.entries(call.fields).map(([name, value]) => [name, valueOf(value)])),
    body: bodyValue(call.body),
  };
  const kept = Object.entries(entries).filter(
    ([, value]) => value !== '' && !(isPlain(value) && Object.keys(value).length === 0),
  );
  return new Document(Object.fromEntries(kept)).toString({ lineWidth: 0 });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value that reads the same when it comes back as text: only JSON that is written as `wordOf` would write it. */
function valueOf(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value !== 'string' && JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

function bodyValue(body: string): unknown {
  try {
    const value = JSON.parse(body) as unknown;
    // Numbers beyond what JavaScript counts exactly, and text that JSON would write in another way, stay as they are.
    return typeof value === 'object' &&
      JSON.stringify(value) === JSON.stringify(JSON.parse(body)) &&
      !/\d{16,}/.test(body)
      ? value
      : body;
  } catch {
    return body;
  }
}

function describe(issue: z.core.$ZodIssue, document: Document.Parsed, lines: LineCounter): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    const near = nearest(key, Object.keys(shape.shape));
    return `${placeOf([key], document, lines)}: unknown key "${key}"${near ? `, did you mean "${near}"?` : ''}`;
  }
  const path = issue.path.map(String);
  if (path.join('') === 'service' && document.get('service') === undefined) return 'line 1: "service" is missing';
  return `${placeOf(path, document, lines)}: ${path.join('.')}: ${issue.message}`;
}

function placeOf(path: readonly string[], document: Document.Parsed, lines: LineCounter): string {
  const node = path.length > 0 ? document.getIn(path, true) : undefined;
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return `line ${lines.linePos(offset ?? 0).line}`;
}
