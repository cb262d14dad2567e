import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../helpers/microServer.ts';
import { playScenario } from '../helpers/parityScenario.ts';
import { addRemote, startRemoteServer } from '../helpers/remoteServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

/** ms for a morning on two environments. */
const MORNING_MS = 400_000;

it(
  'the same commands do and say the same on this machine and on another server',
  async () => {
    const home = join(await tempFolder('parity-home'), 'micro');
    const local = await startServer(home);
    const here = await playScenario({ home, words: [] }).finally(() => local.stop());
    const away = await startRemoteServer();
    try {
      await addRemote(home, 'staging', away);
      const there = await playScenario({ home, words: ['--environment', 'staging', '--yes', 'staging'] });
      expect(there).toEqual(here);
    } finally {
      await away.stop();
    }
    // Nothing of it may be an error that both have in common.
    const failed = here.filter((line) => /^= [^0]/.test(line));
    expect(failed).toEqual(['= 4', '= 4', '= 1', '= 4']);
    expect(here.join('\n')).toContain('changed greeter');
  },
  MORNING_MS,
);
