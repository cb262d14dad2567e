import type { ServerFile } from '../server/serverFile.ts';
import type { Keychain } from './keychain.ts';
import type { MainLog } from './mainLog.ts';
import { callServer } from './serverCalls.ts';

/** What the server says of the key, in JSON of the contract; see secret_key.proto. */
interface KeyState {
  place?: 'KEY_PLACE_FILE' | 'KEY_PLACE_KEYCHAIN';
  open?: boolean;
  keychain?: string;
  closed?: string;
}

/** What a {@link KeyHandOver} works with. */
export interface KeyHandOverOptions {
  keychain: Keychain;
  /** The server in use. */
  server: () => ServerFile | undefined;
  log: Pick<MainLog, 'info' | 'warn'>;
  /** Calls a method of the server with JSON. Default: over its port, with the token of server.json. */
  call?: (server: ServerFile, method: string, body: unknown) => Promise<unknown>;
}

/** Opens the key of the server's secrets with the keychain of the system, and moves it there and back. */
export class KeyHandOver {
  private readonly call: NonNullable<KeyHandOverOptions['call']>;

  constructor(private readonly options: KeyHandOverOptions) {
    this.call = options.call ?? callServer;
  }

  /** Name of the keychain; undefined where there is none. */
  get keychain(): string | undefined {
    return this.options.keychain.name;
  }

  /**
   * For a server that has come: hands over what the keychain keeps for it. Never rejects: without the key the server says
   * itself what cannot be read.
   */
  async welcome(server: ServerFile): Promise<void> {
    const { keychain, log } = this.options;
    try {
      const state = (await this.call(server, 'desktop.SecretKey/ReadKey', {})) as KeyState;
      if (state.place !== 'KEY_PLACE_KEYCHAIN' || state.open === true) return;
      if (keychain.name === undefined) throw new Error('this desktop has no keychain that could open it');
      const key = keychain.open(state.closed ?? '');
      await this.call(server, 'desktop.SecretKey/HandOverKey', { key });
      log.info(`the key of secrets was handed over from ${state.keychain}`);
    } catch (error) {
      log.warn(`the key of secrets was not handed over: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Moves the key into the keychain or into a file. Rejects with what stands in the way; the key then is where it was. */
  async move(to: 'keychain' | 'file'): Promise<void> {
    const server = this.options.server();
    if (!server) throw new Error('the server is not there');
    if (to === 'file') {
      await this.welcome(server);
      await this.call(server, 'desktop.SecretKey/MoveKey', {});
      return;
    }
    const { name } = this.options.keychain;
    if (name === undefined) throw new Error('this desktop has no keychain');
    await this.moveTo(server, name);
  }

  private async moveTo(server: ServerFile, name: string): Promise<void> {
    const { keychain } = this.options;
    const { key } = (await this.call(server, 'desktop.SecretKey/TakeKey', {})) as { key: string };
    const closed = keychain.close(key);
    // A keychain that does not give back what it took would lose every secret.
    if (keychain.open(closed) !== key) throw new Error(`${name} does not give back what it is given`);
    await this.call(server, 'desktop.SecretKey/MoveKey', { keychain: name, closed });
  }
}
