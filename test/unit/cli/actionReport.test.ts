import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ActionReport } from '../../../electron/cli/actionReport.ts';
import type { CliContext } from '../../../electron/cli/context.ts';
import { createColours } from '../../../electron/cli/colours.ts';
import type { Output } from '../../../electron/cli/output.ts';
import { type ActionEvent, ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';

function createReport() {
  const lines: string[] = [];
  let now = 0;
  const line = (text = ''): void => void lines.push(text);
  const out = { colours: createColours(false), line } as Partial<Output> as Output;
  const context = { json: false, quiet: false, out, err: out } as Partial<CliContext> as CliContext;
  const report = new ActionReport(context, () => now);
  return {
    lines,
    wait: (ms: number) => {
      now += ms;
    },
    add: (status: Status, text = '', more: Partial<ActionEvent> = {}) =>
      report.add(create(ActionEventSchema, { service: 'web', status, text, ...more } as never)),
  };
}

test('a start is told by its statuses, and what passes in a moment is left out', () => {
  const { add, lines } = createReport();
  add(Status.PENDING);
  add(Status.PENDING, 'waiting for seed (pending)');
  add(Status.PENDING, 'waiting for seed (starting)');
  add(Status.STARTING);
  add(Status.STARTING, 'nothing listens on port 4000');
  add(Status.RUNNING, '', { done: true, ok: true });
  expect(lines.map((line) => line.trim())).toEqual([
    'web           waiting for seed (pending)',
    'web           starting',
    'web           running',
  ]);
});

test('a reason that lasts is said, and said once', () => {
  const { add, lines, wait } = createReport();
  add(Status.STARTING);
  add(Status.STARTING, 'nothing listens on port 4000');
  wait(5000);
  add(Status.STARTING, 'nothing listens on port 4000, but 5000 does');
  add(Status.STARTING, 'nothing listens on port 4000, but 5000 does');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('but 5000 does');
});

test('a failure is always said, with the last lines', () => {
  const { add, lines } = createReport();
  add(Status.ERROR, 'exited with code 1');
  add(Status.ERROR, 'exited with code 1', { done: true, ok: false, lastLines: ['no such file'] });
  expect(lines.at(-1)).toContain('│ no such file');
});
