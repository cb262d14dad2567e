import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { blobKinds, chunks, contentOf } from '../helpers/blobFixture.ts';

const film = { namespace: 'micro', key: 'film.mp4' };
const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** What every blob store promises, wherever its contents are. */
describe.each(blobKinds)('a blob store $name', ({ make }) => {
  it('gives back what came in, in chunks of any size, with what is known of it', async () => {
    const { blobs, clock } = await make();
    const large = randomBytes(3 * 1024 * 1024);
    const info = await blobs.put(film, chunks('a', new Uint8Array(), large, 'z'), { contentType: 'video/mp4' });
    const whole = Buffer.concat([Buffer.from('a'), large, Buffer.from('z')]);
    expect(info).toEqual({
      ...film,
      bytes: whole.length,
      sha256: sha256(whole),
      contentType: 'video/mp4',
      createdAtMs: clock.now(),
      expiresAtMs: undefined,
    });
    expect(await blobs.info(film)).toEqual(info);
    const blob = await blobs.open(film);
    const read: Buffer[] = [];
    for await (const chunk of blob?.read() ?? []) read.push(Buffer.from(chunk));
    expect(Buffer.concat(read).equals(whole)).toBe(true);
    await blob?.close();
    expect(await blobs.info({ ...film, key: 'other' })).toBeUndefined();
    expect(await blobs.open({ ...film, namespace: 'acme' })).toBeUndefined();
  });

  it('gives parts, and an empty one is one too', async () => {
    const { blobs } = await make();
    await blobs.put(film, chunks('0123', '456789'));
    const part = async (start: number, end: number): Promise<string> => {
      const read: Buffer[] = [];
      for await (const chunk of (await blobs.open(film))?.read({ start, end }) ?? []) read.push(Buffer.from(chunk));
      return Buffer.concat(read).toString();
    };
    expect([await part(0, 0), await part(2, 5), await part(9, 9)]).toEqual(['0', '2345', '9']);
    expect(await blobs.put(film, chunks())).toMatchObject({ bytes: 0, sha256: sha256('') });
    expect(await contentOf(blobs, film)).toBe('');
  });

  it('ST-05 takes every key of the store as it is, and refuses the same ones', async () => {
    const { blobs } = await make();
    const keys = [
      '.',
      '..',
      '../../etc/passwd',
      '/',
      'a/b',
      'a//b',
      'CON',
      'é',
      'e\u0301',
      '\u0000',
      'A',
      'a',
      'x'.repeat(1024),
    ];
    for (const key of keys) await blobs.put({ ...film, key }, chunks(`of ${key}`));
    for (const key of keys) expect(await contentOf(blobs, { ...film, key })).toBe(`of ${key}`);
    expect(new Set((await blobs.list({ namespace: 'micro' })).map(({ key }) => key))).toEqual(new Set(keys));
    for (const key of ['', 'x'.repeat(1025), '\ud800'])
      await expect(blobs.put({ ...film, key }, chunks('x'))).rejects.toMatchObject({ code: 'store.invalid-key' });
    for (const namespace of ['', '..', 'a/b', 'x'.repeat(65)])
      await expect(blobs.put({ ...film, namespace }, chunks('x'))).rejects.toMatchObject({
        code: 'store.invalid-name',
      });
    await expect(blobs.put(film, chunks('x'), { ttlMs: 0 })).rejects.toMatchObject({ code: 'store.invalid-range' });
    for (const contentType of ['x', 'a/b\r\nX: y', 'text/plain; charset'])
      await expect(blobs.put(film, chunks('x'), { contentType })).rejects.toMatchObject({ code: 'api.invalid' });
    expect(await blobs.info(film)).toBeUndefined();
  });

  it('lists by prefix and page, in the order of the keys, and deletes', async () => {
    const { blobs } = await make();
    for (const key of ['b/2', 'a', 'b/1', 'b/3', 'c']) await blobs.put({ ...film, key }, chunks(key));
    const keys = async (options = {}) => (await blobs.list({ namespace: 'micro', ...options })).map(({ key }) => key);
    expect(await keys()).toEqual(['a', 'b/1', 'b/2', 'b/3', 'c']);
    expect(await keys({ prefix: 'b/', after: 'b/1', limit: 1 })).toEqual(['b/2']);
    expect(await blobs.delete({ ...film, key: 'b/2' })).toBe(true);
    expect(await blobs.delete({ ...film, key: 'b/2' })).toBe(false);
    expect(await keys({ prefix: 'b/' })).toEqual(['b/1', 'b/3']);
    expect(await contentOf(blobs, { ...film, key: 'b/2' })).toBeUndefined();
  });

  it('has the old content when the new one does not come to its end', async () => {
    const { blobs } = await make();
    await blobs.put(film, chunks('old'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ne');
      throw new Error('the client went away');
    }
    await expect(blobs.put(film, broken())).rejects.toThrow('went away');
    await expect(blobs.put({ ...film, key: 'new' }, broken())).rejects.toThrow('went away');
    expect(await contentOf(blobs, film)).toBe('old');
    expect(await blobs.list({ namespace: 'micro' })).toHaveLength(1);
  });

  it('shows a reader what was there when it began, whatever is stored meanwhile', async () => {
    const { blobs } = await make();
    await blobs.put(film, chunks('old'));
    const reader = await blobs.open(film);
    await blobs.put(film, chunks('new'));
    const parts: string[] = [];
    for await (const chunk of reader?.read() ?? []) parts.push(Buffer.from(chunk).toString());
    expect(parts.join('')).toBe('old');
    expect(await contentOf(blobs, film)).toBe('new');
  });

  it('keeps one whole content when many come at once for one key', async () => {
    const { blobs } = await make();
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const parts = Array.from({ length: 10 }, () => `${i},`);
        await blobs.put(film, chunks(...parts));
        expect(await contentOf(blobs, film)).toMatch(/^(\d+,)\1{9}$/);
      }),
    );
    expect(await contentOf(blobs, film)).toMatch(/^(\d+,)\1{9}$/);
  });

  it('ends lives to the millisecond, and begins new ones', async () => {
    const { blobs, clock } = await make();
    const { expiresAtMs } = await blobs.put(film, chunks('short'), { ttlMs: 1_000 });
    expect(expiresAtMs).toBe(clock.now() + 1_000);
    await clock.advance(999);
    expect(await contentOf(blobs, film)).toBe('short');
    await clock.advance(1);
    expect(await contentOf(blobs, film)).toBeUndefined();
    expect(await blobs.list({ namespace: 'micro' })).toEqual([]);
    await blobs.put(film, chunks('again'));
    await clock.advance(60_000);
    expect(await contentOf(blobs, film)).toBe('again');
  });
});
