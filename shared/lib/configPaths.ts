/** Whether what happens at one dotted path of the config concerns another: they are the same, or one is above the other. */
export function touches(a: string, b: string): boolean {
  return a === b || a === '' || b === '' || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
