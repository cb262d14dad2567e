// Turns a cart into an order: takes the items, has them paid, has the confirmation sent, and tells whoever wants to know.
import { call, HttpError, log, publish, serve } from '../lib/service.mjs';

let lastNumber = 1000;

serve({
  'POST /orders': async ({ body, traceparent }) => {
    const { visitor } = body;
    const items = await call('cart', 'POST', '/take', { body: { visitor }, traceparent });
    if (items.length === 0) throw new HttpError(409, `the cart of ${visitor} is empty`);
    const cents = items.reduce((sum, { price }) => sum + price, 0);
    await call('payments', 'POST', '/charge', { body: { visitor, cents }, traceparent });
    const order = { number: ++lastNumber, items: items.length, cents };
    await call('mailer', 'POST', '/send', {
      body: { to: visitor, subject: `your order ${order.number}` },
      traceparent,
    });
    await publish('orders.placed', { ...order, products: items.map(({ id }) => id) }, visitor);
    log('info', `order ${order.number}`, order);
    return order;
  },
});
