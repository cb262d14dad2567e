import { MicroError } from '../../../shared/contract/errors.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NO_TARGET = /[^\x21-\x7e\x80-\xff]/;
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The head of a request as it goes over the wire, Latin-1. `headers` is a flat list of names and values. Whatever came by
 * HTTP/2, which may carry more than HTTP/1.1 can say, is checked once more: nothing in it can end a line. Throws `api.invalid`.
 */
export function requestHead(method: string, target: string, headers: readonly string[]): string {
  if (!TOKEN.test(method)) throw unsayable('method', method);
  if (NO_TARGET.test(target)) throw unsayable('path', target);
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (!TOKEN.test(name)) throw unsayable('header name', name);
    if (NO_VALUE.test(value)) throw unsayable(`value of the header "${name}"`, value);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}Connection: keep-alive\r\n\r\n`;
}

/** The lines of trailers; those that cannot be sent are left out, since the head has long gone. */
export function trailerLines(raw: readonly string[]): string {
  let text = '';
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    if (TOKEN.test(name) && !NO_VALUE.test(value)) text += `${name}: ${value}\r\n`;
  }
  return text;
}

function unsayable(what: string, value: string): MicroError {
  return new MicroError('api.invalid', `the ${what} ${JSON.stringify(value)} cannot be sent over HTTP/1.1`);
}
