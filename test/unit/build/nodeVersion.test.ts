import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const url = new URL('../../../build/lib/nodeVersion.mjs', import.meta.url).href;
const { MIN_NODE_MAJOR, nodeProblem } = (await import(/* @vite-ignore */ url)) as {
  MIN_NODE_MAJOR: number;
  nodeProblem(version: string): string | undefined;
};

test('a Node that is too old is told which one is needed', () => {
  expect(nodeProblem('18.19.0')).toContain('needs Node 20 or newer; this is Node 18.19.0');
});

test('the oldest Node allowed, and newer ones, pass', () => {
  expect(nodeProblem(`${MIN_NODE_MAJOR}.0.0`)).toBeUndefined();
  expect(nodeProblem('26.1.0')).toBeUndefined();
});

test('package.json says the same', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${MIN_NODE_MAJOR}`);
});
