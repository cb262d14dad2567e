import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiPort } from './api/http/apiPort.ts';
import type { Logger } from './base/logger.ts';
import type { Gateway } from './gateway/gateway.ts';
import { writeFileAtomic } from './host/files.ts';
import type { ProcessTable } from './host/processTable.ts';
import { listenOnPort } from './portChoice.ts';
import type { ServerFile } from './serverFile.ts';

/** Ports that are used when none is asked for; micro's own. */
const USUAL_GATEWAY_PORT = 8080;
const USUAL_PROXY_PORT = 8081;

/** What {@link ServerPorts} work with. */
export interface ServerPortsOptions {
  home: string;
  version: string;
  /** Address to listen on. */
  host: string;
  /** 0: any free one; undefined: the usual one or the next free one. */
  gatewayPort: number | undefined;
  proxyPort: number | undefined;
  /** Opens the API. */
  token: string;
  table: ProcessTable;
  logger: Logger;
}

/** The two ports of a server, and the file that says where they are: `server.json` of MICRO_HOME. */
export class ServerPorts {
  private file: ServerFile | undefined;

  constructor(private readonly options: ServerPortsOptions) {}

  /** Where it listens; undefined before {@link listen}. */
  get addresses(): ServerFile | undefined {
    return this.file;
  }

  /** Number of the proxy port; 0 before {@link listen}. */
  get proxyPort(): number {
    return this.file ? Number(new URL(this.file.proxy).port) : 0;
  }

  /**
   * Listens on both ports and only then says in server.json where. Resolves with that, and with a sentence for each usual
   * port that was taken. Rejects with `port.taken`.
   */
  async listen(gateway: Gateway, apiPort: ApiPort): Promise<{ addresses: ServerFile; moved: string[] }> {
    const { host, table, logger, version, token } = this.options;
    const shared = { table, logger };
    const forGateway = await listenOnPort({
      ...shared,
      purpose: 'gateway',
      listen: (port) => gateway.listen(host, port),
      asked: this.options.gatewayPort,
      usual: USUAL_GATEWAY_PORT,
    });
    const forProxy = await listenOnPort({
      ...shared,
      purpose: 'proxy',
      listen: (port) => apiPort.listen(host, port),
      asked: this.options.proxyPort,
      usual: USUAL_PROXY_PORT,
    });
    const own = await table.get(process.pid);
    const addresses: ServerFile = {
      pid: process.pid,
      startTime: own?.startTime ?? '',
      version,
      gateway: `http://${host}:${forGateway.port}`,
      proxy: `http://${host}:${forProxy.port}`,
      token,
    };
    this.file = addresses;
    await writeFileAtomic(this.path, `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
    const sentence = (purpose: string, choice: { port: number; moved: string | undefined }): string[] =>
      choice.moved ? [`${choice.moved}; the ${purpose} listens on ${choice.port}`] : [];
    return { addresses, moved: [...sentence('gateway', forGateway), ...sentence('proxy', forProxy)] };
  }

  /** Removes server.json, where it was written. */
  async removeFile(): Promise<void> {
    if (this.file) await rm(this.path, { force: true });
  }

  private get path(): string {
    return join(this.options.home, 'server.json');
  }
}
