import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { processesWith } from '../../helpers/processesOf.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

const program = fileURLToPath(new URL('../../fixtures/processShape.py', import.meta.url));

/** A process and what it starts. */
interface Shape {
  /** How it parts from its parent: not at all, by an own group or session, or as a daemon (double fork). */
  how: 'child' | 'group' | 'session' | 'double';
  /** Ignores every polite signal. */
  deaf: boolean;
  /** Holds the output of the service open. */
  output: boolean;
  /** Ends at once and leaves its children to whoever takes them. */
  ends: boolean;
  children: Shape[];
}

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    how: fc.constantFrom('child', 'group', 'session', 'double'),
    deaf: fc.boolean(),
    output: fc.boolean(),
    ends: fc.boolean(),
    children: fc.array(tie('shape'), { maxLength: 2, depthIdentifier: 'tree' }),
  }),
}));

/** A chain of processes, each the child of the one before. */
const deep = (depth: number, of: Partial<Shape>): Shape => ({
  how: 'child',
  deaf: false,
  output: true,
  ends: false,
  ...of,
  children: depth > 1 ? [deep(depth - 1, of)] : [],
});

/** Shapes that are known from reports; the others are found by chance, the same ones each time. */
const known: [string, Shape][] = [
  [
    'the leader ends first, a daemon ignores signals and holds the output',
    { ...deep(1, { ends: true }), children: [deep(1, { how: 'double', deaf: true })] },
  ],
  [
    'a chain of sessions, each ended but the last',
    {
      ...deep(1, {}),
      children: [
        { ...deep(1, { how: 'session', ends: true }), children: [deep(1, { how: 'session', output: false })] },
      ],
    },
  ],
  ['twelve deep, all deaf', deep(12, { deaf: true })],
];

describe('SUP-01 SUP-02 whatever processes a service consists of', () => {
  const check = async (tree: Shape): Promise<void> => {
    const runtime = await createRuntime();
    await runtime.open({
      tree: {
        run: ['python3', program, JSON.stringify(tree)],
        port: 'none',
        ready: { log: 'up' },
        restart: { policy: 'never' },
        stop: { graceMs: 200 },
      },
    });
    const mark = Object.entries(runtime.env)[0] as [string, string];
    const alive = async (): Promise<unknown[]> =>
      (await processesWith(`${mark[0]}=${mark[1]}`)).filter(({ service }) => service === 'tree');
    const claims: Promise<unknown[]>[] = [];
    const subscription = runtime.runtime.onDidChange(() => {
      const { status, run } = runtime.service('tree');
      // Whenever it is said to have ended, nothing of it may be alive.
      if (run > 0 && (status === Status.STOPPED || status === Status.ERROR)) claims.push(alive());
    });
    await runtime.start('tree');
    if (tree.ends) {
      const { reason } = await runtime.until('tree', ({ status, run }) => run > 0 && status === Status.STOPPED);
      expect(reason).toMatch(/^exit 0/);
    } else {
      expect(runtime.state('tree')).toBe('RUNNING');
      await runtime.stop('tree');
      expect(runtime.state('tree')).toBe('STOPPED stopped by you');
    }
    subscription.dispose();
    expect(await alive()).toEqual([]);
    for (const seen of await Promise.all(claims)) expect(seen).toEqual([]);
    await runtime.dispose();
  };

  test.each(known)('%s: all of it ends, and not before is it called stopped', (_, tree) => check(tree));

  test('by chance: all of it ends, and not before is it called stopped', { timeout: 240_000 }, async () => {
    const numRuns = Number(process.env['MICRO_SHAPES'] ?? 15);
    await fc.assert(fc.asyncProperty(shape, check), { numRuns, seed: 7, endOnFailure: true });
  });
});
