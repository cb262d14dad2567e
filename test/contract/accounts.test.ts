import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NewAccount } from '../../electron/server/auth/accounts.ts';
import type { Authority } from '../../electron/server/auth/authority.ts';
import { isGranted, type Rule } from '../../electron/server/auth/rules.ts';
import type { FakeClock } from '../helpers/fakes/fakeClock.ts';
import { authorityOver } from '../helpers/authorityFixture.ts';
import { type StoreKind, storeKinds } from '../helpers/storeFixture.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const ann: NewAccount = {
  id: 'ann',
  type: 'user',
  name: 'Ann',
  scopes: ['reports'],
  metadata: { team: 'a' },
  namespace: 'micro',
  secret: 'correct horse',
};
const DAY_MS = 24 * 3600 * 1000;

async function fixture({
  make,
}: StoreKind): Promise<{ authority: Authority; clock: FakeClock; folder: string; again(): Promise<Authority> }> {
  const { clock, open } = await make();
  const folder = await tempFolder('auth');
  const credentials = { serviceOfToken: (token: string) => (token === 'svc.orders' ? 'orders' : undefined) };
  const store = await open();
  const over = () => authorityOver(store, folder, { clock, credentials });
  return { authority: over(), clock, folder, again: async () => over() };
}

/** What accounts and rules promise, whatever store keeps them. */
describe.each(storeKinds)('accounts in a store $name', (kind) => {
  it('are made once, listed by namespace, and kept without their secrets', async () => {
    const { authority, again } = await fixture(kind);
    const { accounts } = authority;
    expect(await accounts.create(ann)).toBe('correct horse');
    await expect(accounts.create(ann)).rejects.toMatchObject({ code: 'auth.exists' });
    const made = await accounts.create({ ...ann, id: 'bob', secret: '' });
    expect(made).toMatch(/^[\w-]{32}$/);
    await accounts.create({ ...ann, namespace: 'acme' });
    const { secret: _, ...shown } = ann;
    expect(await accounts.list('micro')).toEqual([shown, { ...shown, id: 'bob' }]);
    expect(await (await again()).accounts.list('acme')).toEqual([{ ...shown, namespace: 'acme' }]);
    expect(await accounts.verify('micro', 'bob', made)).toMatchObject({ id: 'bob' });
  });

  it('are refused with a name, a scope or a secret that cannot be one', async () => {
    const { accounts } = (await fixture(kind)).authority;
    for (const wrong of [
      { id: '' },
      { id: 'a/b' },
      { id: '../a' },
      { id: 'x'.repeat(129) },
      { namespace: 'a/b' },
      { scopes: [''] },
      { scopes: ['*'] },
      { scopes: Array.from({ length: 65 }, (_, i) => `s${i}`) },
      { secret: 'short' },
      { secret: 'x'.repeat(1025) },
    ])
      await expect(accounts.create({ ...ann, ...wrong })).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(await accounts.list('micro')).toEqual([]);
  });

  it('show their secret for tokens, which are refused once they are too old, are not ours, or the account is gone', async () => {
    const { authority, clock, again, folder } = await fixture(kind);
    await authority.accounts.create(ann);
    await expect(authority.login('micro', 'ann', 'wrong', 0)).rejects.toMatchObject({ code: 'auth.wrong-secret' });
    await expect(authority.login('acme', 'ann', ann.secret, 0)).rejects.toMatchObject({ code: 'auth.wrong-secret' });
    const { accessToken, refreshToken, created, expiry } = await authority.login('micro', 'ann', ann.secret, 0);
    expect(expiry - created).toBe(900);
    expect(await (await again()).accountOfToken(accessToken)).toMatchObject({ id: 'ann', scopes: ['reports'] });
    const [head, claims] = accessToken.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(head as string)).toMatchObject({ alg: 'RS256' });
    expect(JSON.parse(claims as string)).toMatchObject({
      sub: 'ann',
      iss: 'micro',
      type: 'user',
      scopes: ['reports'],
      metadata: { team: 'a' },
    });
    if (process.platform !== 'win32') expect((await stat(join(folder, 'auth.key'))).mode & 0o777).toBe(0o600);

    const forged = [head, claims?.replace('reports', 'admin')].map((text) =>
      Buffer.from(text as string).toString('base64url'),
    );
    expect(await authority.accountOfToken(`${forged.join('.')}.${accessToken.split('.')[2]}`)).toBeUndefined();
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await authority.accountOfToken(`${none}.${accessToken.split('.')[1]}.`)).toBeUndefined();
    expect(await authority.accountOfToken('nonsense')).toBeUndefined();

    await clock.advance(901_000);
    await expect(authority.accountOfToken(accessToken)).rejects.toMatchObject({ code: 'auth.token-ended' });
    const renewed = await authority.refresh(refreshToken, 60);
    expect(renewed).toMatchObject({ refreshToken, expiry: renewed.created + 60 });
    await authority.accounts.delete('micro', 'ann');
    expect(await authority.accountOfToken(renewed.accessToken)).toBeUndefined();
    await expect(authority.refresh(refreshToken, 0)).rejects.toMatchObject({ code: 'auth.token-ended' });
    await expect(authority.login('micro', 'ann', ann.secret, 86_401)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('end their logins when they get another secret, or are not used for a month', async () => {
    const { authority, clock } = await fixture(kind);
    await authority.accounts.create(ann);
    const first = await authority.login('micro', 'ann', ann.secret, 0);
    await authority.accounts.changeSecret('micro', 'ann', 'battery staple');
    await expect(authority.refresh(first.refreshToken, 0)).rejects.toMatchObject({ code: 'auth.token-ended' });
    await expect(authority.login('micro', 'ann', ann.secret, 0)).rejects.toMatchObject({ code: 'auth.wrong-secret' });
    const { refreshToken } = await authority.login('micro', 'ann', 'battery staple', 0);
    for (let week = 0; week < 8; week++) {
      await clock.advance(7 * DAY_MS);
      await authority.refresh(refreshToken, 0);
    }
    await clock.advance(31 * DAY_MS);
    await expect(authority.refresh(refreshToken, 0)).rejects.toMatchObject({ code: 'auth.token-ended' });
  });

  it('lose their access tokens, and nothing else, when the key is made anew', async () => {
    const { authority, again } = await fixture(kind);
    await authority.accounts.create(ann);
    const { accessToken, refreshToken } = await authority.login('micro', 'ann', ann.secret, 0);
    const id = await authority.tokens.rotate();
    expect(await authority.accountOfToken(accessToken)).toBeUndefined();
    const renewed = await authority.refresh(refreshToken, 0);
    expect(Buffer.from(renewed.accessToken.split('.')[0] as string, 'base64url').toString()).toContain(id);
    expect(await (await again()).accountOfToken(renewed.accessToken)).toMatchObject({ id: 'ann' });
  });

  it('of services are made when they start, and their environment’s token is their secret', async () => {
    const { authority } = await fixture(kind);
    await Promise.all([authority.ensureServiceAccount('orders'), authority.ensureServiceAccount('orders')]);
    expect(await authority.accounts.list('micro')).toMatchObject([
      { id: 'orders', type: 'service', scopes: ['service'] },
    ]);
    const { accessToken } = await authority.login('micro', 'orders', 'svc.orders', 0);
    expect(await authority.accountOfToken(accessToken)).toMatchObject({ id: 'orders', type: 'service' });
    await expect(authority.login('micro', 'basket', 'svc.orders', 0)).rejects.toMatchObject({
      code: 'auth.wrong-secret',
    });
  });

  it('are hard to guess: after five wrong secrets an account waits, ever longer, and only that one', async () => {
    const { authority, clock } = await fixture(kind);
    await authority.accounts.create(ann);
    await authority.accounts.create({ ...ann, id: 'bob' });
    const guess = (secret: string) =>
      authority.login('micro', 'ann', secret, 0).then(
        () => 'in',
        (error: { code: string }) => error.code,
      );
    const together = await Promise.all(Array.from({ length: 8 }, (_, i) => guess(`guess ${i}`)));
    expect(together.filter((code) => code === 'auth.wrong-secret')).toHaveLength(5);
    expect(together.filter((code) => code === 'auth.too-many-guesses')).toHaveLength(3);
    expect(await guess(ann.secret)).toBe('auth.too-many-guesses');
    expect(await authority.login('micro', 'bob', ann.secret, 0)).toBeTruthy();
    await clock.advance(1_001);
    expect(await guess('again')).toBe('auth.wrong-secret');
    await clock.advance(1_001);
    expect(await guess(ann.secret)).toBe('auth.too-many-guesses');
    await clock.advance(1_001);
    expect(await guess(ann.secret)).toBe('in');
    expect(await guess('again')).toBe('auth.wrong-secret');
    const refusals = await authority.audit.read(100);
    expect(refusals[0]).toMatchObject({ code: 'auth.wrong-secret', account: 'ann', resource: 'core:auth:Auth.Token' });
    expect(await readFile(join((authority.audit as unknown as { path: string }).path), 'utf8')).not.toContain(
      'correct horse',
    );
  });
});

describe.each(storeKinds)('rules in a store $name', (kind) => {
  const closed: Rule = {
    id: 'closed',
    scope: '',
    resource: { type: 'service', name: 'orders', endpoint: '/admin/*' },
    access: 'denied',
    priority: 5,
  };

  it('are made once, per namespace, stand in for default ones of the same id, and give way to them again', async () => {
    const { authority, again } = await fixture(kind);
    const { rules } = authority;
    const ids = async () => (await rules.list('micro')).map(({ id }) => id);
    expect(await ids()).toContain('default');
    await rules.create('micro', closed);
    await expect(rules.create('micro', closed)).rejects.toMatchObject({ code: 'auth.exists' });
    expect(await (await again()).rules.list('micro')).toContainEqual(closed);
    expect(await rules.list('acme')).not.toContainEqual(closed);

    const anybody = { type: 'service', name: 'orders', endpoint: '/' };
    expect(isGranted(await rules.list('micro'), undefined, anybody)).toBe(true);
    await rules.create('micro', { ...closed, id: 'default', resource: { type: '*', name: '*', endpoint: '*' } });
    expect((await ids()).filter((id) => id === 'default')).toHaveLength(1);
    expect(isGranted(await rules.list('micro'), undefined, anybody)).toBe(false);
    await rules.delete('micro', 'default');
    expect(isGranted(await rules.list('micro'), undefined, anybody)).toBe(true);
    for (const id of ['default', 'nothing', '../x'])
      await expect(rules.delete('micro', id)).rejects.toMatchObject({ code: 'auth.not-found' });
  });

  it('are refused when a part cannot be one', async () => {
    const { rules } = (await fixture(kind)).authority;
    for (const wrong of [
      { id: 'a/b' },
      { access: 'maybe' as 'denied' },
      { priority: 0.5 },
      { resource: { type: 'thing', name: '*', endpoint: '*' } },
      { resource: { type: '*', name: '', endpoint: '*' } },
      { scope: 'x'.repeat(1_001) },
    ])
      await expect(rules.create('micro', { ...closed, ...wrong })).rejects.toMatchObject({ code: 'auth.invalid' });
  });
});
