/** Codes of colours and styles, by what each of them sets; the first ends the others of its line. */
const STYLES: readonly (readonly string[])[] = [
  ['22', '1', '2'],
  ['23', '3'],
  ['24', '4', '21'],
  ['25', '5', '6'],
  ['27', '7'],
  ['28', '8'],
  ['29', '9'],
  ['55', '53'],
];

/** The line of each code. */
const STYLE_OF = new Map(STYLES.flatMap((codes) => codes.map((code) => [code, codes] as const)));

/**
 * The code that brings colours and styles to where they are after plain output, whatever they were before it; undefined when
 * there is a code that is not known here.
 */
export function coloursAfter(plain: Uint8Array): string | undefined {
  const text = Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString('latin1');
  const from = Math.max(0, text.lastIndexOf('\u001b[0m'), text.lastIndexOf('\u001b[m'));
  // In the order of their setting, which ends of styles need.
  const set = new Map<string, string>();
  const put = (key: string, code: string): void => {
    set.delete(key);
    set.set(key, code);
  };
  for (const [, codes = ''] of text.slice(from).matchAll(/\u001b\[([\d;:]*)m/g)) {
    const params = codes.split(';');
    for (let i = 0; i < params.length; i++) {
      const code = params[i] as string;
      const number = Number.parseInt(code || '0', 10);
      const style = STYLE_OF.get(code);
      if (number === 0) {
        set.clear();
        set.set('all', '0');
      } else if (style) {
        if (code === style[0]) for (const other of style) set.delete(other);
        put(code, code);
      } else if (code.startsWith('4:')) put('4', code);
      else if (isColour(number)) {
        const length =
          code.includes(':') || number % 10 !== 8 ? 1 : params[i + 1] === '5' ? 3 : params[i + 1] === '2' ? 5 : 0;
        if (length === 0) return undefined;
        put(placeOf(number), params.slice(i, i + length).join(';'));
        i += length - 1;
      } else return undefined;
    }
  }
  return [...set.values()].map((code) => `\u001b[${code}m`).join('');
}

function isColour(number: number): boolean {
  return (number >= 30 && number <= 49) || number === 58 || number === 59 || (number >= 90 && number <= 107);
}

/** What a colour is for: text, background or underline. */
function placeOf(number: number): string {
  if (number >= 58 && number <= 59) return 'underline';
  return number < 40 || (number >= 90 && number < 100) ? 'text' : 'background';
}
