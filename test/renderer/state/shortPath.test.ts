import { describe, expect, it } from 'vitest';
import { shortenPath } from '../../../renderer/state/shortPath.ts';
import { baseName } from '../../../renderer/ui/path.ts';

describe('paths for reading', () => {
  it.each([
    ['/srv/people/ann/code/shop', '/srv/people/ann', '~/code/shop'],
    ['/srv/people/ann', '/srv/people/ann/', '~'],
    ['/srv/people/anna/code', '/srv/people/ann', '/srv/people/anna/code'],
    ['/home/bob/code', '/home/ann', '/home/bob/code'],
    ['D:\\people\\ann\\code', 'D:\\people\\ann', '~\\code'],
    ['/srv/shop', '/', '/srv/shop'],
  ])('%s with the home folder %s is shown as %s', (path, home, text) => {
    expect(shortenPath(path, home)).toBe(text);
  });

  it.each([
    ['/home/ann/code/shop', '~/code/shop'],
    ['/Users/ann/code', '~/code'],
    ['C:\\Users\\ann\\code', '~\\code'],
    ['/root/code', '~/code'],
    ['/home/ann', '~'],
    ['/homework/ann/x', '/homework/ann/x'],
    ['/srv/shop', '/srv/shop'],
  ])('%s is shown as %s before the home folder is known', (path, text) => {
    expect(shortenPath(path, '')).toBe(text);
  });

  it('end with the name of the folder on every system', () => {
    expect([baseName('/srv/shop/'), baseName('C:\\code\\shop')]).toEqual(['shop', 'shop']);
  });
});
