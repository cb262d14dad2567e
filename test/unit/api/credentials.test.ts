import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { LOCAL_USER } from '../../../electron/server/auth/caller.ts';
import { readServiceSecret } from '../../../electron/server/auth/serviceSecret.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

describe('credentials', () => {
  it('a one-time code gives one session and no second', () => {
    const credentials = new Credentials(systemClock);
    const code = credentials.createCode();
    const session = credentials.exchange(code);
    expect(session).toMatch(/^[\w-]{40,}$/);
    expect(credentials.exchange(code)).toBeUndefined();
    expect(credentials.hasSession({ cookie: `micro_session_1=${session}` }, 1)).toBe(true);
    expect(credentials.hasSession({ cookie: `micro_session_1=${session}` }, 2)).toBe(false);
  });

  it('a code that is too old gives nothing', () => {
    let now = 1_000_000;
    const credentials = new Credentials({ ...systemClock, now: () => now });
    const code = credentials.createCode();
    now += 11 * 60_000;
    expect(credentials.exchange(code)).toBeUndefined();
  });

  it('the token opens the API as a header and as a WebSocket subprotocol, a wrong one does not', () => {
    const credentials = new Credentials(systemClock);
    expect(credentials.find({ authorization: `Bearer ${credentials.token}` }, 1)).toBe(LOCAL_USER);
    expect(credentials.find({ 'sec-websocket-protocol': `micro.v1, bearer.${credentials.token}` }, 1)).toBe(LOCAL_USER);
    expect(credentials.find({ authorization: `Bearer ${credentials.token}x` }, 1)).toBeUndefined();
    expect(credentials.find({}, 1)).toBeUndefined();
  });

  it('a service token names its service, which is not the user', () => {
    const credentials = new Credentials(systemClock);
    const token = credentials.serviceToken('orders');
    expect(credentials.serviceOfToken(token)).toBe('orders');
    expect(credentials.serviceOfToken(token.replace('orders', 'admin'))).toBeUndefined();
    expect(credentials.serviceOfToken(new Credentials(systemClock).serviceToken('orders'))).toBeUndefined();
    expect(credentials.find({ authorization: `Bearer ${token}` }, 1)).toEqual({
      id: 'orders',
      type: 'service',
      scopes: ['service'],
      namespace: 'micro',
      service: 'orders',
    });
    expect(credentials.find({ authorization: `Bearer ${token}x` }, 1)).toBeUndefined();
  });

  it('service tokens made from a kept secret are known by the next server, whose own token is another', async () => {
    const path = join(await tempFolder('services-key'), 'services.key');
    const [first, next] = [new Credentials(systemClock), new Credentials(systemClock)];
    first.keepServiceTokens(await readServiceSecret(path));
    next.keepServiceTokens(await readServiceSecret(path));
    expect(next.serviceOfToken(first.serviceToken('orders'))).toBe('orders');
    expect(next.find({ authorization: `Bearer ${first.token}` }, 1)).toBeUndefined();
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    // Cut short, it would be guessed.
    await writeFile(path, 'abc');
    expect(await readServiceSecret(path)).toHaveLength(43);
  });
});
