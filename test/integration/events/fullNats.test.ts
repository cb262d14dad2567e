import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import type { EventLog } from '../../../electron/server/events/eventLog.ts';
import { startNats } from '../../helpers/engines/nats.ts';
import { event, openNatsEventLog } from '../../helpers/eventLogFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** MB of the small disk, and of the room that JetStream is given on a large one. */
const ROOM_MB = 24;
/** Mounts a disk of its own that nobody else sees, without a right that users have not. */
const inSmallDisk = (folder: string, words: string[]): string[] => [
  ...['-r', '-m', 'sh', '-c', `mount -t tmpfs -o size=${ROOM_MB}m tmpfs "$0" && exec "$@"`, folder, ...words],
];
const canMount =
  process.platform === 'linux' && spawnSync('unshare', inSmallDisk('/mnt', ['true']), { stdio: 'ignore' }).status === 0;

/** Publishes until it is refused; the texts that were confirmed, and the code of the refusal. */
async function fill(log: EventLog): Promise<{ confirmed: number; code: string | undefined }> {
  for (let confirmed = 0; ; confirmed++) {
    const code = await log.publish([event('', { payload: Buffer.alloc(500_000, confirmed % 256) })]).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    if (code !== undefined || confirmed === 200) return { confirmed, code };
  }
}

async function keptOf(log: EventLog): Promise<number[]> {
  const found: number[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = await log.history({ topic: 'orders', from: { offset: from }, limit: 100 });
    for (const { payload } of page.events) found.push(payload[0] ?? -1);
    from = page.next;
  }
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a NATS that is full', () => {
  it('by the room that it is given, refuses in words, keeps what it confirmed, and takes more once there is room', async () => {
    const engine = await startNats({ config: `jetstream { max_file_store: ${ROOM_MB}MB }` });
    onTestFinished(() => engine.dispose());
    const { log } = await openNatsEventLog(engine.address('full'), systemClock);
    const { confirmed, code } = await fill(log);
    expect(code).toBe('storage.full');
    expect(confirmed).toBeGreaterThan(20);
    expect(await keptOf(log)).toEqual(upTo(confirmed));
    await log.removeTopic('orders');
    expect(await log.publish([event('room')])).toMatchObject([{ offset: 0 }]);
  });

  if (canMount) {
    it('by its disk, is said to give no answer, so that nothing is taken for kept that is not', async () => {
      const folder = join(await tempFolder('small-disk'), 'data');
      await mkdir(folder);
      // By itself JetStream takes three quarters of its disk; here somebody else has filled it.
      const config = 'jetstream { max_file_store: 1GB }';
      const engine = await startNats({
        config,
        storeDir: folder,
        wrap: (words) => ['unshare', ...inSmallDisk(folder, words)],
      });
      onTestFinished(() => engine.dispose());
      const { log } = await openNatsEventLog(engine.address('full'), systemClock);
      const { confirmed, code } = await fill(log);
      expect(confirmed).toBeGreaterThan(20);
      expect(code).toBe('engine.unavailable');
      await expect(log.publish([event('more')])).rejects.toMatchObject({
        code: 'engine.unavailable',
        message: expect.stringContaining('JetStream gives no answer') as string,
      });
    });
  }
});
