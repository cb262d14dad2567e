import type { Disposable } from '../base/lifecycle.ts';
import type { LaunchedProcess, OutputChunk } from '../host/launcher.ts';
import type { RunLogWriter } from '../logs/logStore.ts';

/** Writes the output of a process to the log of its run, no faster than the log takes it. `hear` gets each piece first. */
export function logOutput(
  launched: LaunchedProcess,
  log: RunLogWriter,
  hear: (chunk: OutputChunk) => void,
): Disposable {
  return launched.onDidOutput((chunk) => {
    hear(chunk);
    if (log.write(chunk.stream, chunk.data, chunk.timeUs)) return;
    launched.pause();
    void log.whenDrained().then(() => launched.resume());
  });
}
