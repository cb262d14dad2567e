import { useEffect } from 'react';
import { commandForKeys } from '../state/commands.ts';
import { isTyped, keysOf } from '../state/keys.ts';
import { keepTyped } from '../state/typeAhead.ts';

/** Places where keys belong to what has the focus: text, terminals, open menus and dialogs. */
const OWN_KEYS = 'input, textarea, select, [contenteditable="true"], [role="menu"], [role="dialog"], [role="listbox"]';

/** A terminal gets every key, the command key excepted. */
const TERMINAL = '.xterm';

/** Runs commands by their keys. A view that handled a key itself has called preventDefault before. */
export function useShortcuts(): void {
  useEffect(() => {
    const handleKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat) return;
      const keys = keysOf(event);
      if (!keys) return;
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest(TERMINAL) && !event.metaKey) return;
      if (keepTyped(event)) {
        event.preventDefault();
        return;
      }
      if (isTyped(keys) && target?.closest(OWN_KEYS)) return;
      const command = commandForKeys(keys);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, []);
}
