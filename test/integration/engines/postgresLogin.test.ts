import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openPostgresStore } from '../../../electron/server/store/postgres/openPostgresStore.ts';
import { type Postgres, startPostgres } from '../../helpers/engines/postgres.ts';
import { table, write } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { tlsFolder } from '../../helpers/tlsFixture.ts';

let started: Promise<Postgres> | undefined;
afterAll(async () => (await started)?.dispose());

const tls = (name: string): string => join(tlsFolder, name);
const ca = encodeURIComponent(tls('ca.pem'));

/** How somebody gets in who comes with an address and variables: where, or the error. */
async function enter(userInfo: string, query: string, env: Record<string, string> = {}, host = '127.0.0.1') {
  started ??= startPostgres({
    password: 'geheim/1',
    tls: { cert: tls('server.pem'), key: tls('server.key') },
    settings: ['listen_addresses=127.0.0.1'],
  });
  const { port } = await started;
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  try {
    const address = `postgres://${userInfo}@${host}:${port}/postgres?schema=login${query}`;
    const store = await openPostgresStore({ address, clock: systemClock });
    await store.apply([write('a', '1')]);
    const [key] = await store.list(table);
    const shown = store.state.address.replace(String(port), 'PORT');
    await store.close();
    return `${key?.key} at ${shown}`;
  } catch (error) {
    const { code, message, next } = error as { code?: string; message: string; next?: string };
    return `${code} ${message} ${next}`;
  } finally {
    vi.unstubAllEnvs();
  }
}

it('a Postgres with a password lets in who has it by address, variable or file, and nobody sees it', async () => {
  expect(await enter('postgres:geheim%2F1', '')).toBe(
    'a at postgres://postgres:***@127.0.0.1:PORT/postgres?schema=login',
  );
  expect(await enter('postgres', '', { PGPASSWORD: 'geheim/1' })).toMatch(/^a at postgres:\/\/postgres@/);
  const file = join(await tempFolder('pass'), 'pgpass');
  await writeFile(file, '127.0.0.1:*:*:postgres:geheim/1\n', { mode: 0o600 });
  expect(await enter('postgres', '', { PGPASSFILE: file })).toMatch(/^a at/);
  const refused = await enter('postgres:falsch', '');
  expect(refused).toMatch(/^engine\.refused .*PGPASSWORD/);
  expect(refused).not.toContain('falsch');
  expect(await enter('postgres', '', { PGPASSFILE: `${file}.not` })).toMatch(/^engine\.refused/);
});

it('a Postgres over TLS is talked to once its CA is known, by address or variables', async () => {
  const user = 'postgres:geheim%2F1';
  expect(await enter(user, `&sslmode=verify-full&sslrootcert=${ca}`)).toMatch(/^a at/);
  expect(await enter(user, '', { PGSSLMODE: 'verify-full', PGSSLROOTCERT: tls('ca.pem') })).toMatch(/^a at/);
  // A CA that is named is meant to count.
  expect(await enter(user, `&sslrootcert=${encodeURIComponent(tls('client.pem'))}`)).toMatch(/^engine\.refused/);
  const unknown = await enter(user, '&sslmode=verify-full');
  expect(unknown).toMatch(/^engine\.refused .*not trusted.*PGSSLROOTCERT/);
  expect(unknown).not.toContain('geheim');
  expect(await enter(user, '&sslmode=require')).toMatch(/^a at/);
  expect(await enter(user, `&sslmode=verify-full&sslrootcert=${ca}.not`)).toMatch(
    /^engine\.refused sslrootcert names .*ca\.pem\.not/,
  );
  expect(await enter(user, '&sslmode=prefer')).toMatch(/^engine\.invalid-address .*prefer.*verify-full/);
});

it('a Postgres that shows the certificate of another host is refused by verify-full, and taken by verify-ca', async () => {
  const engine = await startPostgres({ tls: { cert: tls('other.pem'), key: tls('server.key') } });
  onTestFinished(() => engine.dispose());
  const open = async (mode: string): Promise<string> => {
    const address = `${engine.address('other')}&sslmode=${mode}&sslrootcert=${ca}`;
    return openPostgresStore({ address, clock: systemClock }).then(
      async (store) => {
        await store.close();
        return 'in';
      },
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  };
  expect(await open('verify-full')).toMatch(/^engine\.refused .*not trusted/);
  expect(await open('verify-ca')).toBe('in');
});
