/**
 * Reads what the page keeps: values that may be damaged or of an older version, each of which has a standard. A library for
 * schemas does the same and more; what is read before the first picture does without, because all of it would be read first.
 */

/** What a value has to be, and what stands in for one that is not. */
export interface KeptField<T> {
  isSound: (value: unknown) => value is T;
  standard: T;
}

/** A field for each value of an object. */
export type KeptFields<T> = { readonly [Key in keyof T]: KeptField<T[Key]> };

/** A field, its standard first. */
export function kept<T>(standard: NoInfer<T>, isSound: (value: unknown) => value is T): KeptField<T> {
  return { isSound, standard };
}

/** Takes over what is sound, and the standard for each value that is damaged or missing. Never throws. */
export function readKept<T extends object>(fields: KeptFields<T>, value: unknown): T {
  const given = isRecord(value) ? value : {};
  const read = Object.entries<KeptField<unknown>>(fields).map(([name, { isSound, standard }]) => {
    const found = Object.hasOwn(given, name) ? given[name] : undefined;
    return [name, isSound(found) ? found : standard];
  });
  return Object.fromEntries(read) as T;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** One of some words. */
export function oneOf<const T extends string>(...words: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => words.includes(value as T);
}

/** A number of a range, both ends included. */
export function numberIn(min: number, max = Number.MAX_VALUE): (value: unknown) => value is number {
  return (value): value is number => typeof value === 'number' && value >= min && value <= max;
}

/** A list of sound entries only. */
export function listOf<T>(isSound: (value: unknown) => value is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(isSound);
}
