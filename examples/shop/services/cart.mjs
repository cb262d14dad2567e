// Keeps what each visitor means to buy. Asks the catalog for the price when something is put in.
import { call, serve, work } from '../lib/service.mjs';

const carts = new Map();
const MAX_CARTS = 1000; // the oldest is forgotten, so the memory of a long run stays small

serve({
  'POST /add': async ({ body, traceparent }) => {
    const product = await call('catalog', 'GET', `/product?id=${encodeURIComponent(body.product)}`, { traceparent });
    await work(4);
    const items = [...(carts.get(body.visitor) ?? []), product];
    carts.delete(body.visitor);
    carts.set(body.visitor, items);
    if (carts.size > MAX_CARTS) carts.delete(carts.keys().next().value);
    return { items: items.length };
  },
  'POST /take': async ({ body }) => {
    const items = carts.get(body.visitor) ?? [];
    carts.delete(body.visitor);
    return items;
  },
});
