import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tempFolder } from './tempFolder.ts';

/** A keyring of a desktop, of its own for a test: a message bus with GNOME's keyring on it, unlocked. */
export interface Keyring {
  /** What a program has to have in its environment to find it. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts a keyring; resolves with what is missing on this machine where none can be. */
export async function startKeyring(): Promise<Keyring | string> {
  if (process.platform !== 'linux') return `a keyring of its own can be had on Linux only, not on ${process.platform}`;
  const folder = await tempFolder('keyring');
  const runtime = join(folder, 'runtime');
  await mkdir(runtime, { mode: 0o700 });
  const env: Record<string, string> = { XDG_DATA_HOME: folder, XDG_RUNTIME_DIR: runtime, XDG_CURRENT_DESKTOP: 'GNOME' };
  const bus = run('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=1'], env);
  const address = await firstLine(bus);
  if (address === undefined) return 'there is no dbus-daemon (Debian: dbus, gnome-keyring)';
  env.DBUS_SESSION_BUS_ADDRESS = address;
  const keyring = run('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], env);
  const stop = async (): Promise<void> => {
    for (const child of [keyring, bus]) await end(child);
  };
  // The password of its keyring; it is read to the end.
  keyring.stdin?.on('error', () => {});
  keyring.stdin?.end('of a test');
  if (!(await isOnBus(env))) {
    await stop();
    return 'gnome-keyring-daemon does not come up (Debian: gnome-keyring)';
  }
  return { env, stop };
}

/** Asks the bus to wait for the secret service, which a keyring becomes once it is unlocked. */
async function isOnBus(env: Record<string, string>): Promise<boolean> {
  const target = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  for (let tries = 0; tries < 100; tries++) {
    const child = run('dbus-send', [...target, 'org.freedesktop.DBus.ListNames'], env);
    let text = '';
    child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
    await once(child, 'close').catch(() => {});
    if (text.includes('org.freedesktop.secrets')) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function run(program: string, args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {});
  return child;
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (child.pid === undefined || !child.stdout) return undefined;
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
