// A task: it runs once before the catalog starts, checks what is for sale, and ends.
import { products } from '../lib/products.mjs';

for (const { id, title, price } of products) {
  if (!(price > 0)) throw new Error(`product ${id} has no price`);
  console.log(`${id.padEnd(8)} ${title} at ${(price / 100).toFixed(2)}`);
}
console.log(`${products.length} products are ready to be sold`);
