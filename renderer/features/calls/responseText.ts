import type { Header } from '../../../shared/contract/gen/calls_pb.ts';

/** Bytes above which an answer is shown as it came: putting it in order would hold up the window. */
const prettyUpToBytes = 1024 * 1024;

/** The value of a header, whatever the case of its name. */
export function headerOf(headers: readonly Header[], name: string): string {
  return headers.find((header) => header.name.toLowerCase() === name)?.value ?? '';
}

/** All chunks as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The body of an answer as it can be shown. */
export type ShownBody =
  | { readonly kind: 'empty' }
  /** `pretty` is absent when it is no JSON, or too long to be put in order. */
  | { readonly kind: 'text'; readonly raw: string; readonly pretty: string | undefined }
  | { readonly kind: 'image'; readonly type: string }
  | { readonly kind: 'binary'; readonly type: string };

/** Decides how a body is shown: as text if it is some, whatever its type says. */
export function shownBody(bytes: Uint8Array, contentType: string, isWhole: boolean): ShownBody {
  if (bytes.length === 0) return { kind: 'empty' };
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(type)) return { kind: 'image', type };
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  let raw: string;
  try {
    // A cut answer may end within a character.
    raw = new TextDecoder(charset, { fatal: isWhole }).decode(bytes, { stream: !isWhole });
  } catch {
    return { kind: 'binary', type };
  }
  if (raw.includes('\0')) return { kind: 'binary', type };
  return { kind: 'text', raw, pretty: bytes.length <= prettyUpToBytes ? prettyOf(raw) : undefined };
}

function prettyOf(text: string): string | undefined {
  const start = text.trimStart()[0];
  if (start !== '{' && start !== '[') return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Newline-delimited JSON: each line for itself.
    try {
      const lines = text.trim().split('\n');
      return lines.map((line) => JSON.stringify(JSON.parse(line), null, 2)).join('\n');
    } catch {
      return undefined;
    }
  }
}
