/** A web address inside a line: characters `start` to `end`. */
export interface TextLink {
  readonly start: number;
  readonly end: number;
  readonly url: string;
}

const address = /\bhttps?:\/\/[^\s<>"'`{}|\\^\u0000-\u001f\u007f]+/giu;

/** A sentence's own punctuation after an address is not part of it; a closing bracket is, if it was opened inside. */
function trimAddress(url: string): string {
  let end = url.length;
  while (end > 0) {
    const last = url[end - 1] ?? '';
    if ('.,;:!?…'.includes(last)) end -= 1;
    else if (last === ')' && !url.slice(0, end).includes('(')) end -= 1;
    else if (last === ']' && !url.slice(0, end).includes('[')) end -= 1;
    else break;
  }
  return url.slice(0, end);
}

/** `URL.canParse` would say so too, but the oldest Chromium that the window runs on (114) lacks it. */
function isAddress(text: string): boolean {
  try {
    return new URL(text).host !== '';
  } catch {
    return false;
  }
}

/** Finds http and https addresses in plain text. Other schemes are never links. */
export function findLinks(plain: string): TextLink[] {
  if (!plain.includes('://')) return [];
  const links: TextLink[] = [];
  for (const match of plain.matchAll(address)) {
    const text = trimAddress(match[0]);
    if (!isAddress(text)) continue;
    links.push({ start: match.index, end: match.index + text.length, url: text });
  }
  return links;
}
