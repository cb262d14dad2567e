import type { ProcessInfo } from './processTable.ts';

/** More would only put off what has to be decided anyway, where the program that lists is forbidden. */
const TRIES = 3;

/**
 * A list of all processes has this one in it. One that has not was not made, or not to its end: the program that makes it was cut
 * off on a busy machine, and everything in it would count as ended while it lives. So it is made again, and the last is taken as it is.
 */
export async function wholeList(make: () => Promise<ProcessInfo[]>, own: number = process.pid): Promise<ProcessInfo[]> {
  for (let left = TRIES - 1; ; left--) {
    const list = await make();
    if (left === 0 || list.some(({ pid }) => pid === own)) return list;
  }
}
