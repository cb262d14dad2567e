import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol, type ProtocolResponse } from 'electron';
import type { FirstFiles } from './firstFiles.ts';

/** Where the page lives. A scheme of our own: no page of the web can be of the same origin. */
export const APP_ORIGIN = 'app://micro';
/** The page itself. */
export const APP_URL = `${APP_ORIGIN}/`;

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/**
 * Nothing but our own files, and talk with a server on this machine. The server's port is left open because it may come
 * back on another one while the page stays.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Tells Chromium that `app:` is a proper, secure origin. Has to happen before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/**
 * Serves the files of `folder` at `app://micro/`. `protocol.handle` is meant to take the place of what is used here; it
 * loads a whole HTTP client for the sake of its Response, which a start of the app would wait for.
 * @param messagePage what to show for `app://micro/_message`, the plain page for when the real one cannot be shown
 * @param first files that were read already
 */
export function serveApp(folder: string, messagePage: () => string, first?: FirstFiles): void {
  protocol.registerBufferProtocol('app', (request, answer) => {
    const url = new URL(request.url);
    if (url.host !== 'micro') answer(missing('There is no such host.'));
    else if (url.pathname === '/_message') answer(found(Buffer.from(messagePage()), '.html'));
    else {
      const file = fileOf(folder, url.pathname);
      const ready = file === undefined ? undefined : first?.take(file);
      if (file === undefined) answer(missing('There is no such file.'));
      else if (ready) answer(found(ready, extname(file)));
      else
        readFile(file).then(
          (body) => answer(found(body, extname(file))),
          () => answer(missing('There is no such file.')),
        );
    }
  });
}

function missing(text: string): ProtocolResponse {
  return { statusCode: 404, headers: { 'content-type': 'text/plain' }, data: Buffer.from(text) };
}

function found(data: Buffer, extension: string): ProtocolResponse {
  return {
    data,
    headers: {
      'content-type': CONTENT_TYPES[extension] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  };
}

/** The file of a path, or undefined when it would lie outside the folder. */
export function fileOf(folder: string, pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const file = normalize(join(folder, path === '/' ? 'index.html' : path));
  return file.startsWith(folder + sep) ? file : undefined;
}
