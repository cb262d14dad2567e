import { MicroError } from '../../../shared/contract/errors.ts';

/** A word of a command line or a form as the value that its type asks for. */
export function converted(name: string, text: string, type: string): unknown {
  const wrong = (): MicroError =>
    new MicroError('api.invalid', `${name} "${text}" is not ${type === 'integer' ? 'a whole number' : `a ${type}`}`);
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      if (!/^[+-]?\d+$/.test(text.trim())) throw wrong();
      return Number.isSafeInteger(Number(text)) ? Number(text) : text.trim();
    case 'number':
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw wrong();
      return Number(text);
    case 'boolean':
      if (!['true', 'false', ''].includes(text.trim())) throw wrong();
      // A flag that is there and says nothing means yes.
      return text.trim() !== 'false';
    case 'array':
      return text.trimStart().startsWith('[') ? parsed(name, text) : text.split(',').map((item) => loose(item.trim()));
    case 'object':
      return parsed(name, text);
    default:
      return loose(text);
  }
}

/** JSON where it is JSON, else the words. */
function loose(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** JSON text as a value; `name` is what the error says it is. */
export function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new MicroError('api.invalid', `${name} is not JSON: ${(error as Error).message}`);
  }
}
