// Makes steady traffic: visitors look around, put something into the cart, and most of them buy. VISITS_PER_SECOND sets
// the rate. It counts its own calls and logs the totals, so that they can be compared with what the graph shows.
import { call, log } from '../lib/service.mjs';

const periodMs = 1000 / Number(process.env.VISITS_PER_SECOND ?? 2);
const totals = { calls: 0, errors: 0, orders: 0 };
let visitors = 0;

async function step(method, path, body) {
  totals.calls++;
  try {
    return await call('storefront', method, path, { body });
  } catch (error) {
    totals.errors++;
    log('warn', error.message);
    return undefined;
  }
}

async function visit() {
  const visitor = `visitor-${++visitors}`;
  const products = await step('GET', '/');
  if (!products) return;
  const product = products[Math.floor(Math.random() * products.length)].id;
  if (!(await step('POST', '/cart', { visitor, product }))) return;
  if (Math.random() < 0.7 && (await step('POST', '/buy', { visitor }))) totals.orders++;
}

const visits = setInterval(() => void visit(), periodMs);
const report = setInterval(() => log('info', 'totals to storefront', totals), 10_000);

process.on('SIGTERM', () => {
  clearInterval(visits);
  clearInterval(report);
  log('info', 'totals to storefront', totals);
  process.exit(0);
});
