import { compactJson } from '../../ui/jsonFormat.ts';

/** Bytes of text that can be edited here; larger values are replaced by a file. */
const editableUpToBytes = 1024 * 1024;

/** A text for a field, and how to make bytes of it again. */
export interface EditableText {
  readonly text: string;
  readonly toBytes: (edited: string) => Uint8Array<ArrayBuffer>;
}

/**
 * The text of a value for a field, which knows line feeds only; undefined when it would not come back as it was. JSON that
 * is stored without spaces is edited in order and stored without spaces again.
 */
export function editableText(raw: string | undefined, json: string | undefined): EditableText | undefined {
  if (raw === undefined || raw.length > editableUpToBytes) return undefined;
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  if (json !== undefined && raw === compactJson(raw) && /^[[{]/.test(raw))
    return { text: json, toBytes: (edited) => encode(compactJson(edited)) };
  if (!raw.includes('\r')) return { text: raw, toBytes: encode };
  const text = raw.replaceAll('\r\n', '\n');
  const isWhole = !text.includes('\r') && text.replaceAll('\n', '\r\n') === raw;
  return isWhole ? { text, toBytes: (edited) => encode(edited.replaceAll('\n', '\r\n')) } : undefined;
}
