// What visitors see: the list of products, "put into the cart", "buy".
import { call, serve } from '../lib/service.mjs';

serve({
  'GET /': ({ traceparent }) => call('catalog', 'GET', '/products', { traceparent }),
  'POST /cart': ({ body, traceparent }) => call('cart', 'POST', '/add', { body, traceparent }),
  'POST /buy': ({ body, traceparent }) => call('orders', 'POST', '/orders', { body, traceparent }),
});
