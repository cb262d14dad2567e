import { expect, it } from 'vitest';
import { createWindowsSignaller } from '../../../electron/server/host/signaller.ts';

const info = (pid: number) => ({
  pid,
  ppid: 1,
  pgid: 0,
  startTime: '1',
  command: 'x',
  zombie: false,
  cpuMs: 0,
  memoryBytes: 0,
  threads: 1,
});

it('on Windows a leader that is gone is not ended by its number, which may be that of somebody else by now', async () => {
  const run: string[] = [];
  const signaller = createWindowsSignaller(async (args) => void run.push(args.join(' ')));
  await signaller.signal([info(20), info(21)], 10, 'SIGKILL');
  await signaller.signal([info(10), info(20)], 10, 'SIGTERM');
  await signaller.signal([], 10, 'SIGKILL');
  expect(run).toEqual(['/F /T /PID 20 /PID 21', '/T /PID 10 /PID 20']);
});
