import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'micro-meta-';
/** What curl says when nobody says anything; it tells nothing about the body. */
const CURL_USUAL = 'application/x-www-form-urlencoded';

/** Metadata of a message that came by plain HTTP: headers `Micro-Meta-<name>`, and the content type if one was named. */
export function metadataOf(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  const type = headers['content-type'];
  if (type !== undefined && type !== CURL_USUAL) metadata['content-type'] = type;
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(PREFIX) && name.length > PREFIX.length) metadata[name.slice(PREFIX.length)] = textOf(value);
  return metadata;
}

/** The key of an event that came by plain HTTP: the header `Micro-Key`. */
export function keyOf(headers: IncomingHttpHeaders): string {
  return textOf(headers['micro-key']);
}

/** Node reads headers as Latin-1; what people send is UTF-8. */
function textOf(value: string | string[] | undefined): string {
  return Buffer.from(Array.isArray(value) ? value.join(', ') : (value ?? ''), 'latin1').toString('utf8');
}
