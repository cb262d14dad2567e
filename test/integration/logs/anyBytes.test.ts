import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripAnsi } from '../../../shared/lib/ansiText.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { referenceLines } from '../../helpers/referenceLines.ts';

// The bytes that matter (line ends, escape codes, parts of 猫, letters that are looked for), and any others.
const byte = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(10, 10, 13, 27, 0x5b, 0x6d, 0xe7, 0x8c, 0xab, 97, 65, 98, 66, 32) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const chunk = fc.record({
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  bytes: fc.array(byte, { minLength: 1, maxLength: 40 }),
});
const looks = fc.constantFrom(
  { text: 'ab', caseSensitive: false },
  { text: 'ab', caseSensitive: true },
  { text: '猫', caseSensitive: false },
  { regex: 'a+ ?B', caseSensitive: true },
  { regex: 'ab.*a', caseSensitive: false },
);

describe('what programs write', () => {
  it('LOG-02 any bytes in any chunks on two outputs are stored as the reference cuts them, and found where they stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 40 }), looks, async (chunks, look) => {
        const f = await LogStoreFixture.create({ limits: { segmentBytes: 600 } });
        try {
          const run = await f.run('any');
          for (const { stream, bytes } of chunks) run.write(stream, Buffer.from(bytes), nowUs());
          await run.end(exited);
          const records = await f.read({ services: ['any'] });
          for (const stream of ['stdout', 'stderr'] as const) {
            const written = chunks.flatMap((one) => (one.stream === stream ? one.bytes : []));
            const expected = referenceLines(written, 1_000_000).map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
            expect(records.filter((record) => record.stream === stream).map(({ text }) => text)).toEqual(expected);
          }
          const pattern =
            'regex' in look
              ? new RegExp(look.regex, look.caseSensitive ? 's' : 'is')
              : new RegExp(look.text, look.caseSensitive ? 's' : 'is');
          const fitting = records.filter(({ text }) => pattern.test(stripAnsi(text))).map(({ line }) => line);
          expect((await f.read({ services: ['any'], ...look })).map(({ line }) => line)).toEqual(fitting);
          const { signal } = new AbortController();
          expect(await f.store.count(f.query({ services: ['any'], ...look }), signal)).toBe(fitting.length);
          const last = await f.read({ services: ['any'], ...look }, { tail: 2 });
          expect(last.map(({ line }) => line)).toEqual(fitting.slice(-2));
        } finally {
          await f.dispose();
        }
      }),
      { numRuns: 120 },
    );
  });
});
