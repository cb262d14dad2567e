import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { errorInterceptor } from '../../../electron/server/api/rpc/errorInterceptor.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { Registry } from '../../../shared/contract/gen/registry_pb.ts';

/** The token that a {@link FakeApi} asks for. */
const TOKEN = 'token-of-the-test';

/** A server of the contract whose answers a test gives; found through the server.json it writes. */
export class FakeApi {
  private server: Server | undefined;

  private constructor(
    private readonly desktop: Partial<ServiceImpl<typeof Desktop>>,
    private readonly registry: Partial<ServiceImpl<typeof Registry>>,
  ) {}

  /** Listens, and writes server.json of this very process into `home`. */
  static async start(
    home: string,
    desktop: Partial<ServiceImpl<typeof Desktop>>,
    registry: Partial<ServiceImpl<typeof Registry>> = {},
  ): Promise<FakeApi> {
    const api = new FakeApi(desktop, registry);
    const port = await api.listen();
    const self = await createProcessTable().get(process.pid);
    await mkdir(home, { recursive: true });
    const file = {
      pid: process.pid,
      startTime: self?.startTime ?? '',
      version: '0.0.0-test',
      gateway: 'http://127.0.0.1:1',
      proxy: `http://127.0.0.1:${port}`,
      token: TOKEN,
    };
    await writeFile(join(home, 'server.json'), JSON.stringify(file), { mode: 0o600 });
    return api;
  }

  private async listen(): Promise<number> {
    const adapter = connectNodeAdapter({
      interceptors: [errorInterceptor(silentLogger)],
      routes: (router) => {
        router.service(Desktop, this.desktop);
        router.service(Registry, this.registry);
      },
    });
    this.server = createServer((request, response) => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) {
        response.writeHead(401).end();
        return;
      }
      adapter(request, response);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
