import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteKind, modesOf } from '../../../renderer/ui/byteKind.ts';
import { hexLine } from '../../../renderer/ui/hexLine.ts';
import { compactJson, jsonProblemAt, prettyJson } from '../../../renderer/ui/jsonFormat.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('JSON in order', () => {
  it('says the same as before, and without spaces is what JSON.stringify makes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(prettyJson(text))).toEqual(JSON.parse(text));
        expect(compactJson(prettyJson(text))).toBe(compactJson(text));
        const plain = JSON.stringify(JSON.parse(text));
        expect(prettyJson(plain)).toBe(JSON.stringify(JSON.parse(plain), null, 2));
        expect(compactJson(prettyJson(plain))).toBe(plain);
      }),
    );
  });

  it('keeps numbers and texts as they were written', () => {
    expect(prettyJson('{"n":12345678901234567890,"e":1.50e3,"t":"\\u00e9 {, ]"}')).toBe(
      '{\n  "n": 12345678901234567890,\n  "e": 1.50e3,\n  "t": "\\u00e9 {, ]"\n}',
    );
  });

  it('says where a text is none', () => {
    expect(jsonProblemAt('{"a": 1,\n  x}')).toBe('line 2, column 3: expected a name in double quotes');
    expect(jsonProblemAt('[]')).toBeUndefined();
    expect(jsonProblemAt('plain')).toBe('line 1, column 1: expected a value');
  });
});

describe('what bytes are', () => {
  it('is told by the bytes alone', () => {
    expect(modesOf(byteKind(bytes('{"a":1}')))).toEqual(['json', 'text', 'hex']);
    expect(modesOf(byteKind(bytes('plain\ttext\r\n')))).toEqual(['text', 'hex']);
    expect(modesOf(byteKind(new Uint8Array()))).toEqual(['text', 'hex']);
    expect(modesOf(byteKind(Uint8Array.of(0, 1, 2)))).toEqual(['hex']);
    expect(modesOf(byteKind(Uint8Array.of(0xc3, 0x28)))).toEqual(['hex']);
    expect(byteKind(bytes('\ufeffx')).text).toBe('\ufeffx');
  });

  it('knows the images that the window can draw', () => {
    expect(byteKind(latin('\x89PNG\r\n\x1a\n....')).image).toBe('image/png');
    expect(byteKind(latin('\xff\xd8\xff\xe0....')).image).toBe('image/jpeg');
    expect(byteKind(latin('GIF89a......')).image).toBe('image/gif');
    expect(byteKind(latin('RIFF....WEBPVP8 ')).image).toBe('image/webp');
    expect(byteKind(latin('RIFF....WAVEfmt ')).image).toBeUndefined();
  });

  it('never fails and never loses a byte of what it calls text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
        const { text } = byteKind(value);
        if (text !== undefined) expect(bytes(text)).toEqual(new Uint8Array(value));
      }),
    );
  });
});

it('a line of a hex view has sixteen bytes, their place and their letters', () => {
  const value = bytes('hello, hex view of bytes\n');
  expect(hexLine(value, 0)).toEqual({
    offset: '00000000',
    hex: '68 65 6c 6c 6f 2c 20 68  65 78 20 76 69 65 77 20',
    ascii: 'hello, hex view ',
  });
  expect(hexLine(value, 1)).toMatchObject({ offset: '00000010', ascii: 'of bytes.' });
  expect(hexLine(value, 1).hex.trim()).toBe('6f 66 20 62 79 74 65 73  0a');
});
