import { expect, it } from 'vitest';
import { LineBlocks } from '../../../electron/server/traffic/lineBlocks.ts';

/** Takes everything that waits, as text of each block. */
function taken(blocks: LineBlocks): string[] {
  const texts: string[] = [];
  for (let block = blocks.take(); block; block = blocks.take()) {
    const text = block.bytes.toString();
    expect(text.split('\n')).toHaveLength(block.lines + 1);
    texts.push(text);
  }
  return texts;
}

it('lines come out whole and in their order, in blocks of at most 32 KB', () => {
  const blocks = new LineBlocks();
  const lines = Array.from({ length: 1000 }, (_, index) => `${index} ${'ä€x'.repeat(index % 60)}`);
  for (const line of lines) blocks.add(line);
  expect(blocks.lines).toBe(1000);
  const texts = taken(blocks);
  expect(texts.join('')).toBe(lines.map((line) => `${line}\n`).join(''));
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
  expect(blocks.lines).toBe(0);
});

it('a line longer than a block is a block of its own', () => {
  const blocks = new LineBlocks();
  const long = '😀€'.repeat(30_000);
  blocks.add('before');
  blocks.add(long);
  blocks.add('after');
  expect(taken(blocks).join('')).toBe(`before\n${long}\nafter\n`);
});

it('what was taken stays as it is while more is added', () => {
  const blocks = new LineBlocks();
  blocks.add('one');
  const first = blocks.take();
  blocks.add('two');
  expect(first?.bytes.toString()).toBe('one\n');
  expect(taken(blocks)).toEqual(['two\n']);
});

it('clear tells how many lines it forgot', () => {
  const blocks = new LineBlocks();
  for (let index = 0; index < 500; index++) blocks.add('x'.repeat(200));
  expect(blocks.clear()).toBe(500);
  expect(blocks.take()).toBeUndefined();
  blocks.add('new');
  expect(taken(blocks)).toEqual(['new\n']);
});

it('memory that is given back is used again, and only then', () => {
  const blocks = new LineBlocks();
  blocks.add('one');
  const first = blocks.take();
  blocks.add('two');
  const second = blocks.take();
  expect(second?.bytes.buffer).not.toBe(first?.bytes.buffer);
  if (first) blocks.giveBack(first);
  blocks.add('three');
  const third = blocks.take();
  expect(third?.bytes.buffer).toBe(first?.bytes.buffer);
  expect([second, third].map((block) => block?.bytes.toString())).toEqual(['two\n', 'three\n']);
});
