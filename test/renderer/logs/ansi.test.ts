import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnsi, visibleText } from '../../../renderer/features/logs/ansi.ts';
import { cutPieces } from '../../../renderer/features/logs/spans.ts';
import { findTraces } from '../../../renderer/features/logs/stackTrace.ts';

describe('escape codes', () => {
  it('colours become spans and other codes vanish', () => {
    const { plain, spans } = parseAnsi('a\u001b[31;1mred\u001b[0m\u001b[2Kb\u001b]0;title\u0007c');
    expect(plain).toBe('aredbc');
    expect(spans).toEqual([{ start: 1, end: 4, style: { fg: 'var(--ansi-1)', bold: true } }]);
  });

  it('LOG-04 markup in a line stays text, character for character', () => {
    const text = '[red]x[/] <b>y</b> <img src=x onerror=alert(1)>';
    expect(parseAnsi(text)).toEqual({ plain: text, spans: [] });
  });

  it('any text gives spans inside the plain text and no escape characters', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0x300 }), { maxLength: 60 }), (codes) => {
        const text = String.fromCharCode(...codes);
        const { plain, spans } = parseAnsi(`\u001b[32m${text}`);
        expect(plain).not.toContain('\u001b');
        expect(visibleText(plain)).toHaveLength(plain.length);
        const pieces = cutPieces(plain.length, spans, [], [], undefined);
        expect(pieces.map((piece) => plain.slice(piece.start, piece.end)).join('')).toBe(plain);
      }),
    );
  });

  it('a stack trace is one fold under its head and ends at the next line', () => {
    const line = (text: string) => ({ service: 'a', run: 1, stream: 'stderr', text });
    const lines = ['Error: boom', '    at pay (src/pay.ts:31:9)', '    at node:net:1', 'next'].map(line);
    expect(findTraces(lines, 100)).toEqual([{ head: 100, count: 2 }]);
  });
});
