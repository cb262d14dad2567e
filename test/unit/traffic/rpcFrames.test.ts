import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameReader, frameOf } from '../../../electron/server/traffic/rpcFrames.ts';

it('messages come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 50 }), (messages, size) => {
      const bytes = Buffer.concat(messages.map((message) => frameOf(message)));
      const reader = new FrameReader();
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)));
      expect(found.map((one) => [...one])).toEqual(messages.map((one) => [...one]));
    }),
  );
});

it('a message that is compressed or too large is refused before it is whole', () => {
  expect(() => new FrameReader().push(Buffer.from([1, 0, 0, 0, 1]))).toThrow('compressed');
  expect(() => new FrameReader(100).push(Buffer.from([0, 0, 0, 0, 101]))).toThrow('more than 100 bytes');
});
