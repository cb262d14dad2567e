import { isMac } from '../client/platform.ts';

/** A key combination as text: modifiers in the order mod, ctrl, alt, shift, then the key, e.g. `mod+shift+k`, `g`, `?`. */
export type Keys = string;

const modifierKeys = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'CapsLock', 'Fn']);

/** The combination of a key press; undefined while only modifiers are down. `mod` is ⌘ on macOS and Ctrl elsewhere. */
export function keysOf(event: KeyboardEvent): Keys | undefined {
  if (modifierKeys.has(event.key) || event.isComposing) return undefined;
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (isMac && event.ctrlKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  // A sign such as ? needs shift on most keyboards, so shift counts for letters and named keys only.
  if (event.shiftKey && (key.length > 1 || key !== key.toUpperCase())) parts.push('shift');
  parts.push(key);
  return parts.join('+');
}

const macNames: Record<string, string> = { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧' };
const otherNames: Record<string, string> = { mod: 'Ctrl', ctrl: 'Ctrl', alt: 'Alt', shift: 'Shift' };
const keyNames: Record<string, string> = {
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  enter: 'Enter',
  escape: 'Esc',
  space: 'Space',
  delete: 'Del',
  pageup: 'PageUp',
  pagedown: 'PageDown',
};

function keyLabels(keys: Keys): string[] {
  if (keys === '+') return ['+'];
  return keys.split('+').map((part) => {
    const name = (isMac ? macNames : otherNames)[part] ?? keyNames[part];
    if (name) return name;
    return part.length === 1 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1);
  });
}

/** A combination as it is printed, e.g. `⌘K` or `Ctrl+K`. */
export function formatKeys(keys: Keys): string {
  return keyLabels(keys).join(isMac ? '' : '+');
}

/** Whether the combination would be eaten by typing: a single key, or one with shift only. */
export function isTyped(keys: Keys): boolean {
  return !/^(mod|ctrl|alt)\+/.test(keys) && !/^f\d+$/.test(keys);
}
