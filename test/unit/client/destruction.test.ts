import { createRouterTransport } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { contractServices } from '../../../electron/server/api/api.ts';
import { destructions } from '../../../shared/client/destruction.ts';
import { createMicroClient } from '../../../shared/client/microClient.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { Config } from '../../../shared/contract/gen/config_pb.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';

/** Methods whose name sounds like an end and which end nothing that anybody would miss. */
const HARMLESS = new Set([
  // Lets go of a process, which goes on.
  'desktop.Desktop/Detach',
  // A terminal that the window itself opened.
  'desktop.Terminals/Close',
  // Takes a server out of a list of this user; of a cluster, the window and the command line ask for its name themselves.
  'desktop.Environments/RemoveEnvironment',
  // What it works for goes on, and the next use starts it again.
  'desktop.Environments/StopEnvironmentServer',
]);

const methods = contractServices.flatMap((service) => service.methods.map(({ name }) => `${service.typeName}/${name}`));

describe('what ends or deletes something', () => {
  it('is a method of the contract', () => {
    expect(Object.keys(destructions).filter((method) => !methods.includes(method))).toEqual([]);
  });

  it('is listed wherever a name sounds like it', () => {
    const sounding = methods.filter((method) =>
      /\/(Stop|Kill|Shutdown|Close|Remove|Delete|Clear|RollBack|Restore|Deregister|Detach|Rotate|Replay|Drop|Purge)/.test(
        method,
      ),
    );
    expect(sounding.filter((method) => !Object.hasOwn(destructions, method) && !HARMLESS.has(method))).toEqual([]);
  });

  it('is sent only after a yes, a stream too, and says what it would do', async () => {
    const sent: string[] = [];
    const asked: string[] = [];
    let answer = false;
    const client = createMicroClient({
      url: 'http://127.0.0.1:1',
      token: '',
      createTransport: () =>
        createRouterTransport((router) => {
          router.service(Config, { delete: ({ path }) => (sent.push(`delete ${path}`), {}), get: () => ({}) });
          router.service(Desktop, {
            async *stop({ services }) {
              sent.push(`stop ${services.join(' ')}`);
            },
          });
        }),
      ask: async ({ text }) => {
        asked.push(text);
        if (!answer) throw new MicroError('environment.not-confirmed', 'no');
      },
    });
    const stop = async () => {
      for await (const _ of client.desktop.stop({ services: ['orders'] }));
    };
    await expect(client.config.delete({ path: 'db.pool' })).rejects.toMatchObject({
      code: 'environment.not-confirmed',
    });
    await expect(stop()).rejects.toMatchObject({ code: 'environment.not-confirmed' });
    expect(sent).toEqual([]);
    answer = true;
    await client.config.get({ path: 'db.pool' });
    await client.config.delete({ path: 'db.pool' });
    await stop();
    expect(sent).toEqual(['delete db.pool', 'stop orders']);
    expect(asked).toEqual([
      'delete the config at db.pool',
      'stop orders',
      'delete the config at db.pool',
      'stop orders',
    ]);
  });
});
