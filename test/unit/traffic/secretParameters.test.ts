import { expect, it } from 'vitest';
import { withoutSecrets } from '../../../electron/server/traffic/secretParameters.ts';

it('values of parameters that open something are left out, all others stay', () => {
  expect(withoutSecrets('/x?access_token=abc&page=2&apiKey=k&password=p&q=token')).toBe(
    '/x?access_token=…&page=2&apiKey=…&password=…&q=token',
  );
  expect(withoutSecrets('/token/secret')).toBe('/token/secret');
});
