import { describe, expect, it } from 'vitest';
import { absolutePath } from '../../../renderer/state/absolutePath.ts';

describe('a path that the user types', () => {
  it.each([
    ['/srv/shop', 'src/main.ts', '/srv/shop/src/main.ts'],
    ['/srv/shop/', './src//main.ts', '/srv/shop/src/main.ts'],
    ['/srv/shop/orders', '../lib/a.ts', '/srv/shop/lib/a.ts'],
    ['/srv/shop', '/etc/hosts', '/etc/hosts'],
    ['C:\\code\\shop', 'src\\main.ts', 'C:\\code\\shop\\src\\main.ts'],
    ['C:\\code\\shop', 'src/main.ts', 'C:\\code\\shop\\src\\main.ts'],
    ['C:\\code\\shop', 'D:\\lib\\a.ts', 'D:\\lib\\a.ts'],
    ['\\\\nas\\code', 'a.ts', '\\\\nas\\code\\a.ts'],
  ])('in %s, %s is %s', (folder, path, whole) => {
    expect(absolutePath(folder, path)).toBe(whole);
  });
});
