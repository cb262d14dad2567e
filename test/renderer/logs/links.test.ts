import { afterEach, describe, expect, it } from 'vitest';
import { findLinks } from '../../../renderer/features/logs/links.ts';

const canParse: unknown = Reflect.get(URL, 'canParse');

afterEach(() => {
  Reflect.set(URL, 'canParse', canParse);
});

describe('addresses in a line', () => {
  it('DT-07 http and https are links, without the punctuation around them; other schemes are not', () => {
    const text = 'see https://example.com/a?b=1, (http://[::1]:80/x) and javascript://x file:///etc/passwd http://';
    expect(findLinks(text).map(({ url }) => url)).toEqual(['https://example.com/a?b=1', 'http://[::1]:80/x']);
  });

  it('the oldest Chromium that shows the window has no URL.canParse, and lines with addresses appear nevertheless', () => {
    Reflect.deleteProperty(URL, 'canParse');
    expect(findLinks('listens on http://127.0.0.1:4103').map(({ url }) => url)).toEqual(['http://127.0.0.1:4103']);
  });
});
