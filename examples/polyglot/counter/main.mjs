// Takes an order. The menu must be there; whoever else is not there is left out of the answer.
import http from 'node:http';

const proxy = `http://${process.env.MICRO_PROXY}`;

/** Asks a service; undefined when it is not there, says no, or takes too long. */
async function ask(url, traceparent, method = 'GET') {
  try {
    const headers = traceparent ? { traceparent } : {};
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(5000) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function order(guest, traceparent) {
  const menu = await ask(`${process.env.MICRO_URL_MENU}/drinks`, traceparent);
  if (!menu) throw new Error('the menu is not there');
  const drink = menu[Math.floor(Math.random() * menu.length)];
  const [made, paid, points, special] = await Promise.all([
    ask(`${proxy}/barista/make?drink=${drink.name}`, traceparent, 'POST'),
    ask(`${proxy}/till/take?cents=${drink.cents}`, traceparent, 'POST'),
    ask(`${proxy}/loyalty/drink?guest=${guest}`, traceparent, 'POST'),
    ask(`${proxy}/specials/today`, traceparent),
  ]);
  console.log(`${guest} orders ${drink.name}${made ? '' : ' (nobody makes it)'}`);
  return { guest, drink: drink.name, made, paid, points, special };
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://counter');
  const send = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  request.resume();
  if (url.pathname === '/healthz') return send(200, {});
  if (url.pathname !== '/order') return send(404, { error: `no ${url.pathname} here: POST /order?guest=NAME` });
  try {
    send(200, await order(url.searchParams.get('guest') || 'somebody', request.headers.traceparent));
  } catch (error) {
    console.error(error.message);
    send(503, { error: error.message });
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
