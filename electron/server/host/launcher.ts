import type { Event } from '../base/event.ts';

/** What to start. Nothing here is interpreted by a shell: `argv[0]` is a program, the rest its arguments. */
export interface LaunchSpec {
  argv: readonly string[];
  /** Working folder, absolute. */
  cwd: string;
  /** The whole environment of the process; nothing is inherited beside it. */
  env: Readonly<Record<string, string>>;
  /** Set: the process runs on a pseudo terminal of this size and its output is one stream named `tty`. */
  tty?: { cols: number; rows: number };
}

/** Which of a process's outputs a chunk came from; `tty` carries both. */
export type OutputStream = 'stdout' | 'stderr' | 'tty';

/** A chunk of output with the wall-clock time (µs since 1970, never going back within a process) of its arrival. */
export interface OutputChunk {
  stream: OutputStream;
  data: Uint8Array;
  timeUs: number;
}

/** How the leader of a process group ended: an exit code, or the signal that ended it. */
export interface ExitStatus {
  code: number | null;
  signal: string | null;
}

/**
 * A started process and the group it leads. `onDidExit` fires once, after the last `onDidOutput`, when the leader has
 * ended and its outputs are read to the end (or were given up, because a survivor holds them open).
 */
export interface LaunchedProcess {
  readonly pid: number;
  /** When the system says that the process began; with the pid it names the process for good. See processTable.ts. */
  readonly startTime: string;
  readonly onDidOutput: Event<OutputChunk>;
  readonly onDidExit: Event<ExitStatus>;
  /** Ended or not; set before `onDidExit` fires. */
  readonly exit: ExitStatus | undefined;
  /** Stops reading its output, so that the process blocks when the pipe is full; `resume` goes on. */
  pause(): void;
  resume(): void;
  /** Writes to standard input (tty only; otherwise standard input is empty). */
  write(data: string | Uint8Array): void;
  /** Bytes that were written and that the process has not taken yet. */
  readonly unwritten: number;
  /** Only of a program that is no process of this machine: ends it by hanging up. */
  close?(): void;
  /** tty only. */
  resize(cols: number, rows: number): void;
}

/** Starts processes, each in a process group of its own. Rejects with `launch.*` errors of the catalogue. */
export interface Launcher {
  launch(spec: LaunchSpec): Promise<LaunchedProcess>;
}
