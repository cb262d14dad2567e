import { errorText } from '../base/logger.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { plainEnvironment } from './environment.ts';
import { exitText } from './exitReason.ts';
import { helperSuffix, runHelper } from './helperProcess.ts';
import type { InstanceHost } from './instanceHost.ts';

/** State of the build step of a service, apart from the state of the service itself. */
export interface BuildState {
  status: '' | 'waiting' | 'building' | 'ok' | 'failed' | 'cancelled';
  message: string;
  durationMs: number;
  startedAt: number;
}

/** Lines and characters of a compiler's output that are kept as its message; the log has all of it. */
const maxMessageLines = 20;
const maxMessageChars = 4000;

/** Runs the build command of a service; each build has its own stream in the log of the run that it is for. */
export class Builder {
  state: BuildState = { status: '', message: '', durationMs: 0, startedAt: 0 };

  constructor(
    private readonly host: InstanceHost,
    private readonly onChange: () => void,
  ) {}

  /** Resolves true when the build ended well. Aborting kills the compiler with everything it started. */
  async run(spec: ServiceSpec, id: string, log: RunLogWriter, signal: AbortSignal): Promise<boolean> {
    if (!spec.build) return true;
    const { host } = this;
    const begin = host.clock.monotonic();
    const startedAt = host.clock.now();
    const set = (status: BuildState['status'], message: string): boolean => {
      this.state = { status, message, durationMs: host.clock.monotonic() - begin, startedAt };
      this.onChange();
      return status === 'ok';
    };
    set('waiting', '');
    const release = await host.buildSlots.acquire(signal);
    if (!release) return set('cancelled', '');
    set('building', '');
    const marker = id + helperSuffix;
    const tail = new OutputTail();
    try {
      const environment = await host.environment(spec, undefined, id);
      await host.journal.write({ id, service: spec.name, pid: 0, startTime: '', at: startedAt });
      log.note(`build: ${spec.build.text}`);
      const end = await runHelper(
        host,
        {
          command: spec.build,
          cwd: spec.folder,
          env: plainEnvironment(environment),
          marker,
          onOutput: (chunk) => {
            tail.push(chunk.data);
            log.write('build', chunk.data, chunk.timeUs);
          },
        },
        signal,
      );
      if (end.cancelled) return set('cancelled', '');
      if (end.exit.code === 0) return set('ok', '');
      return set('failed', `${exitText(end.exit)}\n${tail.text()}`.trim());
    } catch (error) {
      return set('failed', errorText(error));
    } finally {
      release();
      await host.journal.remove(id).catch(() => {});
    }
  }
}

/** The last lines of an output. */
class OutputTail {
  private readonly decoder = new TextDecoder();
  private kept = '';

  push(data: Uint8Array): void {
    this.kept = (this.kept + this.decoder.decode(data, { stream: true })).slice(-maxMessageChars);
  }

  text(): string {
    // biome-ignore lint: the escape character is what ANSI sequences begin with
    const plain = this.kept.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '');
    return plain.trim().split(/\r?\n/).slice(-maxMessageLines).join('\n');
  }
}
