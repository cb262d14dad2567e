/**
 * What is typed for a field that is about to come: code that is loaded when it is first needed, and the field's own way to the
 * focus, take longer than a quick hand. Without it the letters would be lost, or be taken for keys that do something.
 */

/** A field that has not come after so long never will, ms: keys mean again what they mean everywhere. */
export const HOLD_MS = 3_000;

let held: { text: string; sinceMs: number; enter: string } | undefined;

/** From now on typing is kept for the field that is about to come; `enter` is what the key Enter means there, if anything. */
export function holdTyping(enter = ''): void {
  held = { text: '', sinceMs: performance.now(), enter };
}

/** Whether a key press was kept. Escape, and combinations that are no text, are not. */
export function keepTyped({ key, ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent): boolean {
  if (!held || performance.now() - held.sinceMs > HOLD_MS || isComposing) return false;
  if (ctrlKey || metaKey || altKey) return false;
  if (key === 'Backspace') held.text = held.text.slice(0, -1);
  else if (key === 'Enter' && held.enter !== '') held.text += held.enter;
  // Named keys have longer names.
  else if ([...key].length === 1) held.text += key;
  else return false;
  return true;
}

/** The text that was kept, for the field that has come or will not come any more; nothing is kept from now on. */
export function takeTyped(): string {
  const text = held?.text ?? '';
  held = undefined;
  return text;
}
