// The little that the services of this shop share: answer JSON, call each other by name, log, end in good order.
import http from 'node:http';

const name = process.env.MICRO_SERVICE_NAME ?? 'service';

/** Logs one line of JSON, with a level that log views know. */
export function log(level, message, fields = {}) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

/** Resolves after about `ms`, a little more or less, as real work does. */
export const work = (ms) => new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));

/** An error that becomes an HTTP answer. */
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Calls another service: `call('catalog', 'GET', '/products')`. Its address is in MICRO_URL_<NAME>; the token says who
 * calls, and `traceparent` joins the calls of one visit.
 */
export async function call(service, method, path, { body, traceparent } = {}) {
  const base = process.env[`MICRO_URL_${service.toUpperCase().replaceAll('-', '_')}`];
  if (!base) throw new HttpError(500, `MICRO_URL_ of ${service} is not set: is it in dependsOn?`);
  const headers = {};
  if (process.env.MICRO_TOKEN) headers.authorization = `Bearer ${process.env.MICRO_TOKEN}`;
  if (traceparent) headers.traceparent = traceparent;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response.status, reasonOf(text) ?? `${service} answered ${response.status}`);
  return text ? JSON.parse(text) : undefined;
}

/**
 * Publishes an event, which is one request: `publish('orders.placed', order, 'visitor-7')`. Events of one key stay in order. What
 * cannot be published is told in the log, as what has happened has happened.
 */
export async function publish(topic, value, key) {
  try {
    const response = await fetch(`http://${process.env.MICRO_PROXY}/_events/${topic}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${process.env.MICRO_TOKEN}`,
        'content-type': 'application/json',
        'micro-key': key,
      },
      body: JSON.stringify(value),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
  } catch (error) {
    log('error', `an event of ${topic} is lost: ${error.message}`);
  }
}

/** What a service that refuses says: it is passed on as it is, the log lines of all that it passed tell the way. */
function reasonOf(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return undefined;
  }
}

/** Serves `routes` ({'GET /products': handler}) on PORT, with /healthz, until SIGTERM. */
export function serve(routes) {
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://service');
    const send = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(value)}\n`);
    };
    if (url.pathname === '/healthz') return send(200, { status: 'ok' });
    const handler = routes[`${request.method} ${url.pathname}`];
    if (!handler) return send(404, { error: `${name} has no ${request.method} ${url.pathname}` });
    try {
      let text = '';
      for await (const chunk of request) text += chunk;
      const traceparent = request.headers.traceparent;
      const result = await handler({ url, body: text ? JSON.parse(text) : undefined, traceparent });
      send(200, result ?? {});
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      log(status >= 500 ? 'error' : 'warn', error.message, { path: url.pathname, status });
      send(status, { error: error.message });
    }
  });
  server.listen(Number(process.env.PORT ?? 0), process.env.MICRO_LISTEN ?? '127.0.0.1', () => {
    log('info', `${name} listens on port ${server.address().port}`);
  });
  process.on('SIGTERM', () => {
    log('info', 'ending: no new requests, the open ones are finished');
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
