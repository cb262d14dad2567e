import { describe, expect, it } from 'vitest';
import { EarlyInput } from '../../../renderer/features/terminals/EarlyInput.ts';

describe('what is typed before a shell is there', () => {
  it('is handed over once and in order; after that the shell is typed into', () => {
    const early = new EarlyInput();
    const paste = Uint8Array.of(1, 2);
    expect([early.keep('ls'), early.keep(paste), early.keep('\r')]).toEqual([true, true, true]);
    expect(early.take()).toEqual(['ls', paste, '\r']);
    expect(early.keep('x')).toBe(false);
    expect(early.take()).toEqual([]);
  });

  it('is bounded: what does not fit is left out whole', () => {
    const early = new EarlyInput();
    early.keep('a'.repeat(65_000));
    expect(early.keep('rm -r '.repeat(200))).toBe(true);
    early.keep('\r');
    expect(early.take().map((part) => part.length)).toEqual([65_000, 1]);
  });
});
