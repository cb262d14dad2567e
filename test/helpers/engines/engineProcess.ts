import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { waitFor } from '../waitFor.ts';

/** A real engine that a test started. It can be stopped and started in the middle of a test; its data and port stay. */
export interface Engine {
  /** Where it listens on 127.0.0.1. */
  port: number;
  start(): Promise<void>;
  /** `SIGKILL`: as a crash; else it ends in order. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Holds it with all its processes, as a machine that hangs: its connections stay, and nobody answers. */
  pause(): void;
  /** Lets it go on. */
  resume(): void;
  /** Ends it and removes what it kept. */
  dispose(): Promise<void>;
}

/** What to run. */
export interface EngineCommand {
  program: string;
  args: readonly string[];
  port: number;
  folder: string;
  /** How it is asked to end; by default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** How it is ended for good, where nothing has to be kept; by default as it is stopped. */
  endSignal?: NodeJS.Signals;
  /** Rejects until it takes requests; by default, until its port takes connections. */
  ready?(): Promise<void>;
}

/** Full path of an engine's program, or an error that says how to get it. */
export function engineProgram(name: string, debianPackage: string, more: readonly string[] = []): string {
  const folders = [...more, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (found) return found;
  throw new Error(
    `${name} is not installed, so nothing could be tested with it: sudo apt-get install ${debianPackage}`,
  );
}

/** A folder that is no test's own: an engine lives as long as the file of tests. */
export async function engineFolder(name: string): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), `micro-${name}-`)));
}

/** Starts an engine and resolves once it takes requests. */
export async function startEngine(command: EngineCommand): Promise<Engine> {
  let child: ChildProcess | undefined;
  let output = '';
  const { program, args, port, folder, ready = () => connects(port) } = command;
  const send = (signal: NodeJS.Signals): void => {
    for (const pid of child?.pid === undefined ? [] : family(child.pid))
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended in the meantime.
      }
  };
  const engine: Engine = {
    port,
    async start() {
      const started = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      output = '';
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)));
      await waitFor(`${program} takes requests`, async () => {
        if (started.exitCode !== null) throw new Error(`${program} ended with ${started.exitCode}:\n${output}`);
        await ready();
        return true;
      });
    },
    async stop(signal) {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill(signal ?? command.stopSignal ?? 'SIGTERM');
      await ended;
    },
    pause() {
      send('SIGSTOP');
    },
    resume() {
      send('SIGCONT');
    },
    async dispose() {
      engine.resume();
      await engine.stop(command.endSignal);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await engine.start();
  return engine;
}

function connects(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}

/** A process and those that it started, as /proc has them; the first alone where there is none. */
function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => family(Number(child))))];
  } catch {
    return [pid];
  }
}
