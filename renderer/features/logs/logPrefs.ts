import * as z from 'zod/mini';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

const storageKey = 'micro.logs.v1';

const prefsSchema = z.object({
  wrap: z.catch(z.boolean(), false),
  timeStyle: z.catch(z.enum(['local', 'utc', 'relative']), 'local'),
  histogram: z.catch(z.boolean(), true),
});

/** How log lines are shown; the same in every log view, kept over reload and restart. */
export type LogPrefs = z.infer<typeof prefsSchema>;

function load(): LogPrefs {
  try {
    return prefsSchema.parse(JSON.parse(window.localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    return prefsSchema.parse({});
  }
}

const store = createStore<LogPrefs>(load);

store.subscribe((prefs) => {
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(prefs));
  } catch {
    // Without storage the preferences last as long as the page.
  }
});

/** How log lines are shown. */
export function useLogPrefs(): LogPrefs {
  return useStore(store);
}

/** Changes how log lines are shown, in every view. */
export function setLogPrefs(change: Partial<LogPrefs>): void {
  store.setState(change);
}
