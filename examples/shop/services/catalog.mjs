// Knows what is for sale.
import { HttpError, serve, work } from '../lib/service.mjs';
import { products } from '../lib/products.mjs';

serve({
  'GET /products': async () => {
    await work(8);
    return products;
  },
  'GET /product': async ({ url }) => {
    await work(3);
    const product = products.find(({ id }) => id === url.searchParams.get('id'));
    if (!product) throw new HttpError(404, `no product "${url.searchParams.get('id')}"`);
    return product;
  },
});
