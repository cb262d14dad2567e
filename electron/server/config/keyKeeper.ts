import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { SerialQueue } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { type ClosedKey, findClosedKey, isKeyOf, keepClosedKey } from './closedKey.ts';
import { KEY_BYTES } from './secretBox.ts';
import { findSecretKey, keepSecretKey } from './secretKey.ts';

/** File of MICRO_HOME with the key of the config's secrets. */
export const KEY_FILE = 'secret.key';
/** The same where the keychain of the system has closed it. */
export const CLOSED_KEY_FILE = 'secret.key.keychain';

/** Where the key is, and whether secrets can be read. */
export interface KeyPlace {
  place: 'none' | 'file' | 'keychain';
  open: boolean;
  /** Absolute path of the file it is in, or would be. */
  file: string;
  closed: ClosedKey | undefined;
}

/** What a {@link KeyKeeper} works with. */
export interface KeyKeeperOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  /** ms that somebody who needs a closed key waits for the app to open it; 0 where no app started the server. */
  waitMs: number;
  clock: Pick<Clock, 'setTimeout'>;
}

/**
 * Keeps the key of the config's secrets: in a file that only the user can read, or closed by the keychain of the system.
 * The server cannot open the keychain; the app does, and hands the key over. It then is in memory alone. Where both files
 * are (a move was cut off), the open one counts: it was there first or was taken out of the keychain on purpose.
 */
export class KeyKeeper {
  private readonly opened = new Emitter<void>();
  /** A closed key was handed over: what waited for it can be read. */
  readonly onDidOpen = this.opened.event;
  private held: Buffer | undefined;
  /** Ms are counted from the first need: an app that did not come by then will not for the others either. */
  private patience: Promise<void> | undefined;
  /** Places change one after the other: a key that is made and one that is moved must not pass each other. */
  private readonly steps = new SerialQueue();

  constructor(private readonly options: KeyKeeperOptions) {}

  /** The key; made, as a file, where there is none. Throws `config.key-locked` while it is closed. */
  async key(): Promise<Buffer> {
    const key = await this.steps.run(() => this.find());
    if (key) return key;
    if (this.options.waitMs > 0) {
      this.patience ??= this.waitForApp();
      await this.patience;
      const late = await this.steps.run(() => this.find());
      if (late) return late;
    }
    throw locked(await findClosedKey(this.closedFile));
  }

  /** Where the key is. Makes none. */
  async place(): Promise<KeyPlace> {
    return this.steps.run(() => this.look());
  }

  /** The key, to be closed by a keychain. Where there is none, one that is kept nowhere yet. */
  async take(): Promise<Buffer> {
    return this.steps.run(async () => {
      const found = (await this.find(false)) ?? this.held;
      if (found) return found;
      const closed = await findClosedKey(this.closedFile);
      if (closed) throw locked(closed);
      this.held = randomBytes(KEY_BYTES);
      return this.held;
    });
  }

  /** Takes a key that the keychain opened. Throws `config.key-wrong` unless it is the one that was closed. */
  async handOver(key: Uint8Array): Promise<KeyPlace> {
    const place = await this.steps.run(async () => {
      const closed = await findClosedKey(this.closedFile);
      if (!closed) return this.look();
      if (!isKeyOf(closed, key))
        throw new MicroError('config.key-wrong', `what ${closed.keychain} gave is not the key of the secrets here`, {
          next: `Bring back ${this.closedFile} as it was, or the keychain of the user who stored it.`,
        });
      this.held = Buffer.from(key);
      return this.look();
    });
    if (place.open) this.opened.fire();
    return place;
  }

  /** Keeps the key closed by a keychain, and takes its file away. */
  async keepClosed(keychain: string, closed: string): Promise<KeyPlace> {
    return this.steps.run(async () => {
      const key = (await this.find(false)) ?? this.held;
      if (!key) throw locked(await findClosedKey(this.closedFile));
      await keepClosedKey(this.closedFile, keychain, closed, key);
      this.held = key;
      await rm(this.file, { force: true });
      return this.look();
    });
  }

  /** Keeps the key as a file, and forgets what the keychain closed. */
  async keepAsFile(): Promise<KeyPlace> {
    return this.steps.run(async () => {
      const key = await this.find();
      if (!key) throw locked(await findClosedKey(this.closedFile));
      await keepSecretKey(this.file, key);
      await rm(this.closedFile, { force: true });
      this.held = undefined;
      return this.look();
    });
  }

  private get file(): string {
    return join(this.options.home, KEY_FILE);
  }
  private get closedFile(): string {
    return join(this.options.home, CLOSED_KEY_FILE);
  }

  /** The key if it can be had; undefined while it is closed, or with `make` false where there is none. */
  private async find(make = true): Promise<Buffer | undefined> {
    const open = await findSecretKey(this.file);
    if (open) return open;
    const closed = await findClosedKey(this.closedFile);
    if (closed) return this.held && isKeyOf(closed, this.held) ? this.held : undefined;
    return make ? keepSecretKey(this.file, this.held ?? randomBytes(KEY_BYTES)) : undefined;
  }

  private async look(): Promise<KeyPlace> {
    if (await findSecretKey(this.file)) return { place: 'file', open: true, file: this.file, closed: undefined };
    const closed = await findClosedKey(this.closedFile);
    if (!closed) return { place: 'none', open: true, file: this.file, closed: undefined };
    const open = this.held !== undefined && isKeyOf(closed, this.held);
    return { place: 'keychain', open, file: this.closedFile, closed };
  }

  private waitForApp(): Promise<void> {
    return new Promise((resolve) => {
      const parts: Disposable[] = [];
      const end = (): void => {
        for (const part of parts) part.dispose();
        resolve();
      };
      parts.push(this.onDidOpen(end), this.options.clock.setTimeout(end, this.options.waitMs));
    });
  }
}

function locked(closed: ClosedKey | undefined): MicroError {
  const keychain = closed?.keychain ?? 'the keychain of the system';
  return new MicroError('config.key-locked', `the key of secrets is in ${keychain}, and nobody has opened it yet`, {
    next: 'Open Micro Desktop, which opens it for this server; to need no app, move the key into a file there: Settings, Secrets.',
    retryable: true,
  });
}
