import { jsonProblemAt, prettyJson } from './jsonFormat.ts';

/** How bytes can be shown. */
export type ByteMode = 'text' | 'json' | 'hex' | 'image';

/** What bytes are, as far as they themselves tell. */
export interface ByteKind {
  /** The whole text; undefined when they are no UTF-8, or control characters are in it that no text has. */
  readonly text: string | undefined;
  /** The text as JSON in order; undefined when it is no object, list or other JSON, or is too long. */
  readonly json: string | undefined;
  /** The media type of an image that the window can draw. */
  readonly image: string | undefined;
}

/** Bytes above which JSON stays as it is: putting it in order would hold up the window. */
const prettyUpToBytes = 1024 * 1024;

/** Control characters that make bytes no text for a reader: all but tab, line feed, form feed, return and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const notText = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/;

/** Looks at bytes and tells what they are. */
export function byteKind(bytes: Uint8Array): ByteKind {
  const image = imageType(bytes);
  const text = image === undefined ? textOf(bytes) : undefined;
  const isJson = text !== undefined && bytes.length <= prettyUpToBytes && text.trim() !== '';
  return { text, image, json: isJson && jsonProblemAt(text) === undefined ? prettyJson(text) : undefined };
}

/** The modes that make sense, the best one first. */
export function modesOf({ text, json, image }: ByteKind): ByteMode[] {
  if (image !== undefined) return ['image', 'hex'];
  if (json !== undefined) return ['json', 'text', 'hex'];
  return text === undefined ? ['hex'] : ['text', 'hex'];
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark is part of the value: it must come back when the text is stored again.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return notText.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** First bytes of the formats that Chromium draws. */
function imageType(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'image/webp';
  if (/^[^]{4}ftypavi[fs]/.test(head)) return 'image/avif';
  if (head.startsWith('\x00\x00\x01\x00') && bytes.length > 22) return 'image/x-icon';
  return undefined;
}
