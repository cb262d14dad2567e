import { expect, test } from 'vitest';
import { exitText, isFailure, spanText } from '../../../electron/server/runtime/exitReason.ts';
import { blockedText } from '../../../electron/server/runtime/serviceUnit.ts';

test.each([
  [{ code: 0, signal: null }, 'exit 0', false],
  [{ code: 1, signal: null }, 'exit 1', true],
  [{ code: 137, signal: null }, 'exit 137', true],
  [{ code: null, signal: 'SIGSEGV' }, 'ended by SIGSEGV', true],
  [{ code: null, signal: 'SIGTERM' }, 'ended by SIGTERM from outside', true],
  [{ code: null, signal: 'SIGKILL' }, 'killed (SIGKILL) from outside', true],
  [{ code: null, signal: null }, 'ended, the system does not say how', true],
])('SUP-17 %j is said as "%s"', (exit, text, failed) => {
  expect(exitText(exit)).toBe(text);
  expect(isFailure(exit, [])).toBe(failed);
});

test('a code that counts as success is none of a failure', () => {
  expect(isFailure({ code: 143, signal: null }, [143])).toBe(false);
  expect(isFailure({ code: 1, signal: null }, [143])).toBe(true);
});

test.each([
  ['exit 3', 'db exited 3'],
  ['ended by SIGSEGV', 'db was ended by SIGSEGV'],
  ['killed (SIGKILL) from outside', 'db was killed (SIGKILL) from outside'],
  ['keeps crashing: exit 1 (10 restarts in 2 min)', 'db keeps crashing: exit 1 (10 restarts in 2 min)'],
  ['failed to start: no such program', 'db failed to start: no such program'],
  ['port 4001 is held by node (pid 812)', 'db: port 4001 is held by node (pid 812)'],
  ['blocked: cache exited 1', 'cache exited 1'],
])('what waits for a service that is "%s" is blocked by "%s"', (reason, text) => {
  expect(blockedText('db', reason)).toBe(text);
});

test('spans of time are said as people do', () => {
  expect([350.4, 1000, 2500, 59_949, 90_000, 3_600_000].map(spanText)).toEqual([
    '350 ms',
    '1 s',
    '2.5 s',
    '59.9 s',
    '2 min',
    '60 min',
  ]);
});
