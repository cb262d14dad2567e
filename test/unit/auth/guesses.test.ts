import { afterEach, describe, expect, it, vi } from 'vitest';
import { Admission } from '../../../electron/server/api/http/admission.ts';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { GuessLimit, guessSource } from '../../../electron/server/auth/guessLimit.ts';
import type { Resource } from '../../../electron/server/auth/rules.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openMemoryStore } from '../../../electron/server/store/openStore.ts';
import { authorityOver } from '../../helpers/authorityFixture.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const info: Resource = { type: 'core', name: 'desktop', endpoint: 'Desktop.Info' };

afterEach(() => vi.restoreAllMocks());

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: { code?: string }) => error.code ?? 'another',
  );
}

describe('a flood of wrong tokens', () => {
  it('makes its address wait, and neither others nor a right token of the same address', async () => {
    const credentials = new Credentials(systemClock);
    const authority = authorityOver(openMemoryStore(systemClock), await tempFolder('guesses'), { credentials });
    const admission = new Admission(credentials, authority);
    await authority.accounts.create({
      id: 'ann',
      name: 'Ann',
      metadata: {},
      type: 'user',
      scopes: ['admin'],
      namespace: 'micro',
      secret: 'correct horse battery',
    });
    const { accessToken } = await authority.login('micro', 'ann', 'correct horse battery', 3600);
    const ask = (token: string, address: string) =>
      codeOf(admission.admitRemote({ authorization: `Bearer ${token}` }, address, info));

    const codes: string[] = [];
    for (let n = 0; n < 200; n++) codes.push(await ask(`a.b.${n}`, '10.0.0.1'));
    expect(codes.slice(0, 20)).toEqual(Array(20).fill('api.unauthenticated'));
    expect(codes.slice(-100)).toEqual(Array(100).fill('auth.too-many-guesses'));
    expect(await ask(accessToken, '10.0.0.1')).toBe('fine');
    expect(await ask('a.b.c', '10.0.0.2')).toBe('api.unauthenticated');
    expect(await ask(accessToken, '10.0.0.2')).toBe('fine');
    // Who shows none is told so, and does not count.
    expect(await codeOf(admission.admitRemote({}, '10.0.0.1', info))).toBe('api.unauthenticated');
  });
});

describe('a flood of wrong secrets', () => {
  it('makes the address that sends it wait, and not the owner of the account at another one', async () => {
    const authority = authorityOver(openMemoryStore(systemClock), await tempFolder('guesses'), {
      // The wait goes on for as long as the checks take.
      clock: new FakeClock(),
    });
    const secret = 'correct horse battery';
    await authority.accounts.create({
      id: 'ann',
      name: 'Ann',
      metadata: {},
      type: 'user',
      scopes: [],
      namespace: 'micro',
      secret,
    });
    const guess = (from: string, word = 'wrong') => codeOf(authority.login('micro', 'ann', word, 60, from));
    const codes: string[] = [];
    for (let n = 0; n < 8; n++) codes.push(await guess('10.0.0.1'));
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('auth.wrong-secret'));
    expect(codes.slice(-2)).toEqual(Array(2).fill('auth.too-many-guesses'));
    expect(await guess('10.0.0.2', secret)).toBe('fine');
    expect(await guess('::1', secret)).toBe('fine');
    expect(await guess('10.0.0.1', secret)).toBe('auth.too-many-guesses');
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:0001:2:a:b:c:d', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('from %s counts for %s', (address, source) => {
    expect(guessSource(address)).toBe(source);
  });

  it('under names that can be none is remembered as one name, however many and long they are', async () => {
    const noted = vi.spyOn(GuessLimit.prototype, 'noteFailure');
    const authority = authorityOver(openMemoryStore(systemClock), await tempFolder('guesses'));
    const codes: string[] = [];
    for (let n = 0; n < 10; n++) codes.push(await codeOf(authority.verify(`${n} `.repeat(50_000), 'ann', 'x')));
    expect(codes).toContain('auth.too-many-guesses');
    expect(new Set(noted.mock.calls.map(([name]) => name))).toEqual(new Set(['?']));
  });

  it('is remembered for a bounded number of names, and the latest of them', () => {
    const limit = new GuessLimit(new FakeClock());
    for (let n = 0; n < 6; n++) limit.noteFailure('first');
    expect(() => limit.check('first')).toThrow('too many wrong secrets for first');
    for (let n = 0; n < 19_999; n++) limit.noteFailure(`name ${n}`);
    expect(() => limit.check('first')).toThrow();
    limit.noteFailure('one more');
    expect(() => limit.check('first')).not.toThrow();
  });
});
