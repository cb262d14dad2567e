import { expect, it } from 'vitest';
import { seenEndpoints } from '../../../electron/server/calls/seenEndpoints.ts';
import { aCall } from '../../helpers/aCall.ts';

it('calls that were seen are endpoints, ids in their paths parameters', () => {
  const endpoints = seenEndpoints([
    aCall({ path: '/products?page=1' }),
    aCall({ path: '/products/17?lang=de&page=2' }),
    aCall({ path: '/products/18' }),
    aCall({ path: '/users/5/orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301' }),
    aCall({ path: '/gone', status: 404 }),
  ]);
  expect(endpoints.map(({ name, parameters }) => [name, parameters.map((one) => `${one.in} ${one.name}`)])).toEqual([
    ['GET /products/{id}', ['path id', 'query lang', 'query page']],
    ['GET /products', ['query page']],
    ['GET /users/{id}/orders/{id2}', ['path id', 'path id2']],
  ]);
});
