import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { Credentials } from './credentials.ts';

/** Where the page lives on the proxy port; an underscore cannot begin the name of a service. */
export const UI_PATH = '/_ui/';

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
 * Serves the window's page to a browser on the same machine. The first visit comes by a link with a one-time code,
 * which is exchanged for a cookie; without one, the page says how to get a link.
 */
export class UiFiles {
  private realFolder: Promise<string> | undefined;

  constructor(
    private readonly folder: string,
    private readonly credentials: Credentials,
    private readonly port: () => number,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const code = url.searchParams.get('code');
    if (code !== null) {
      this.handleCode(code, response);
      return;
    }
    if (!this.credentials.hasSession(request.headers, this.port())) {
      sendText(
        response,
        401,
        'This page needs a link with a one-time code. Print a new one with: micro open --browser\n',
      );
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendText(response, 405, 'Only GET works here.\n');
      return;
    }
    await this.sendFile(url.pathname.slice(UI_PATH.length) || 'index.html', request, response);
  }

  private handleCode(code: string, response: ServerResponse): void {
    const session = this.credentials.exchange(code);
    if (session === undefined) {
      sendText(response, 401, 'This link was used already or is too old. Print a new one with: micro open --browser\n');
      return;
    }
    const cookie = `${this.credentials.cookieName(this.port())}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    response.writeHead(303, { location: UI_PATH, 'set-cookie': cookie, 'cache-control': 'no-store' });
    response.end();
  }

  private async sendFile(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.realFolder ??= realpath(this.folder);
    const root = await this.realFolder.catch(() => undefined);
    let file: string | undefined;
    if (root !== undefined) {
      file = await realpath(join(root, decodeURIComponent(name))).catch(() => undefined);
      if (file !== undefined && !file.startsWith(root + sep)) file = undefined;
    }
    const info = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (file === undefined || !info?.isFile()) {
      sendText(response, 404, 'There is no such file.\n');
      return;
    }
    const port = this.port();
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': info.size,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': name.startsWith('assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}
