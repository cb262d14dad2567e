import { PassThrough, Writable } from 'node:stream';
import type { V1Status } from '@kubernetes/client-node';
import { Emitter } from '../../base/event.ts';
import type { ExitStatus, LaunchedProcess, Launcher, LaunchSpec, OutputChunk } from '../../host/launcher.ts';
import { CONTAINER } from '../../deploy/podTemplate.ts';
import type { Connection } from './connection.ts';
import { kubernetesError } from '../../environments/kubernetesError.ts';

/** The shell of a container: a comfortable one where there is one. */
export const CONTAINER_SHELL: readonly string[] = [
  'sh',
  '-c',
  'export TERM=xterm-256color; if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi',
];

/** Output that nobody takes is not read on above this, bytes; the node then waits. */
const maxWaitingBytes = 256 * 1024;

/** What a WebSocket of the client can beside what its type says. */
interface Tunnel {
  close(): void;
  pause?(): void;
  resume?(): void;
  addEventListener(name: 'close' | 'error', listener: () => void): void;
}

/** Runs programs in the container of a pod, on a terminal of its own there. */
export class PodLauncher implements Launcher {
  constructor(
    private readonly connection: Connection,
    private readonly pod: string,
  ) {}

  async launch(spec: LaunchSpec): Promise<LaunchedProcess> {
    const process = new PodProcess(spec.tty ?? { cols: 80, rows: 24 });
    try {
      const { exec, namespace } = this.connection;
      const tunnel = await exec.exec(
        namespace,
        this.pod,
        CONTAINER,
        [...spec.argv],
        process.output,
        null,
        process.input,
        true,
        (status) => process.end(exitOf(status)),
      );
      process.begin(tunnel as unknown as Tunnel);
      return process;
    } catch (error) {
      throw kubernetesError(`run ${spec.argv[0]} in ${this.pod}`, error);
    }
  }
}

/** A program in a container; this machine knows no process of it. */
class PodProcess implements LaunchedProcess {
  readonly pid = 0;
  readonly startTime = '';
  private readonly outputs = new Emitter<OutputChunk>();
  readonly onDidOutput = this.outputs.event;
  private readonly exits = new Emitter<ExitStatus>();
  readonly onDidExit = this.exits.event;
  exit: ExitStatus | undefined;
  readonly input = new PassThrough({ highWaterMark: maxWaitingBytes });
  /** Its size is read off it by the client, which sends on what changes. */
  readonly output: Writable & { columns: number; rows: number };
  private tunnel: Tunnel | undefined;

  constructor(size: { cols: number; rows: number }) {
    const sink = new Writable({
      write: (data: Buffer, _encoding, done) => {
        this.outputs.fire({ stream: 'tty', data, timeUs: Date.now() * 1000 });
        done();
      },
    });
    this.output = Object.assign(sink, { columns: size.cols, rows: size.rows });
  }

  begin(tunnel: Tunnel): void {
    this.tunnel = tunnel;
    tunnel.addEventListener('close', () => this.end({ code: null, signal: 'SIGHUP' }));
    tunnel.addEventListener('error', () => this.end({ code: null, signal: 'SIGHUP' }));
  }

  end(exit: ExitStatus): void {
    if (this.exit) return;
    this.exit = exit;
    this.input.end();
    this.tunnel?.close();
    this.exits.fire(exit);
    this.outputs.dispose();
    this.exits.dispose();
  }

  /** Hangs up: the node ends what runs on the terminal. */
  close(): void {
    this.end({ code: null, signal: 'SIGHUP' });
  }

  pause(): void {
    this.tunnel?.pause?.();
  }
  resume(): void {
    this.tunnel?.resume?.();
  }
  write(data: string | Uint8Array): void {
    if (!this.exit) this.input.write(data);
  }
  get unwritten(): number {
    return this.input.readableLength;
  }
  resize(cols: number, rows: number): void {
    this.output.columns = cols;
    this.output.rows = rows;
    this.output.emit('resize');
  }
}

/** The exit code that an exec ended with. */
export function exitOf(status: V1Status): ExitStatus {
  if (status.status === 'Success') return { code: 0, signal: null };
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return { code: Number(cause?.message) || 1, signal: null };
}
