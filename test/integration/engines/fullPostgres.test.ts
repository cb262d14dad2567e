import { spawnSync } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import pg from 'pg';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openPostgresStore } from '../../../electron/server/store/postgres/openPostgresStore.ts';
import { startPostgres } from '../../helpers/engines/postgres.ts';
import { table, write } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** MB of the small disk, and of what somebody else has on it. */
const ROOM_MB = 24;
const OTHERS_MB = 12;
/** Mounts a disk of its own, which belongs to the user of the database and which nobody else sees. */
const onSmallDisk = (folder: string, words: string[]): string[] => [
  ...['unshare', '-m', 'sh', '-c'],
  `mount -t tmpfs -o size=${ROOM_MB}m,uid=$(id -u nobody),gid=$(id -g nobody) tmpfs "$0" && head -c ${OTHERS_MB}m /dev/zero >"$0/others" && exec "$@"`,
  ...[folder, ...words],
];
const [file = '', ...args] = onSmallDisk('/mnt', ['true']);
// Root alone may: as somebody else's root Postgres does not run, and as that user nothing can be mounted.
const canMount = process.getuid?.() === 0 && spawnSync(file, args, { stdio: 'ignore' }).status === 0;

if (canMount) {
  it('a full disk of Postgres refuses in words, keeps what was confirmed, and takes more once there is room', async () => {
    const folder = await tempFolder('small-disk');
    const engine = await startPostgres({ wrap: (words) => onSmallDisk(folder, words) });
    onTestFinished(() => engine.dispose());
    const admin = new pg.Client(engine.address('x').replace(/\?.*/, ''));
    await admin.connect();
    onTestFinished(() => admin.end());
    // The records are on the small disk; its journal is on another, as a database without one ends.
    await admin.query(`COPY (SELECT 1) TO PROGRAM 'mkdir -m 700 ${folder}/records'`);
    await admin.query(`CREATE TABLESPACE small LOCATION '${folder}/records'`);
    await admin.query('ALTER DATABASE postgres SET default_tablespace = small');
    const store = await openPostgresStore({ address: engine.address('full'), clock: systemClock });
    onTestFinished(() => store.close());

    const put = (n: number) => store.apply([write(`k${n}`, '', { value: Buffer.alloc(500_000, n) })]);
    let confirmed = 0;
    const refusal = await (async () => {
      for (; confirmed < 100; confirmed++) await put(confirmed);
    })().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'storage.full',
      retryable: true,
      message: expect.stringMatching(/has no room: .*No space left on device/) as string,
      next: expect.stringContaining('disk') as string,
    });
    expect(confirmed).toBeGreaterThan(10);
    // It is there, and what it has can be read.
    expect(store.state.awaySince).toBeUndefined();
    const kept = await store.list({ ...table });
    expect(kept.map(({ key }) => key)).toHaveLength(confirmed);
    for (let n = 0; n < confirmed; n++) expect((await store.read(table, `k${n}`))?.value[499_999]).toBe(n);

    await admin.query(`COPY (SELECT 1) TO PROGRAM 'rm ${folder}/others'`);
    await put(confirmed);
    expect((await store.read(table, `k${confirmed}`))?.bytes).toBe(500_000);
  });
}
