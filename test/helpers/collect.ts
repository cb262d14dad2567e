import type { ExitStatus, LaunchedProcess } from '../../electron/server/host/launcher.ts';

/** What a process wrote and how it ended. */
export interface Collected {
  stdout: string;
  stderr: string;
  tty: string;
  /** Chunks in the order of their arrival. */
  chunks: { stream: string; text: string; timeUs: number }[];
  exit: Promise<ExitStatus>;
}

/** Listens to a process from now on. */
export function collect(process: LaunchedProcess): Collected {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder(), tty: new TextDecoder() };
  const collected: Collected = {
    stdout: '',
    stderr: '',
    tty: '',
    chunks: [],
    exit: new Promise((resolve) => process.onDidExit(resolve)),
  };
  process.onDidOutput(({ stream, data, timeUs }) => {
    const text = decoders[stream].decode(data, { stream: true });
    collected[stream] += text;
    collected.chunks.push({ stream, text, timeUs });
  });
  return collected;
}
