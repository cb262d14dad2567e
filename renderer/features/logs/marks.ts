import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LineAddress } from './logSource.ts';

const storageKey = 'micro.logs.marks.v1';

/** Marks kept at most; the oldest goes first. */
const maxMarks = 500;

/** Name of a line under which its mark is kept. */
export function markKey({ service, run, line }: LineAddress): string {
  return `${service}:${run}:${line}`;
}

/** The line a mark stands for; undefined when the text is none. */
export function parseMark(key: string): LineAddress | undefined {
  const match = /^(.+):(\d+):(\d+)$/u.exec(key);
  return match?.[1] ? { service: match[1], run: Number(match[2]), line: Number(match[3]) } : undefined;
}

function load(): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? '[]');
    if (!Array.isArray(stored)) return new Set();
    return new Set(stored.filter((key): key is string => typeof key === 'string' && parseMark(key) !== undefined));
  } catch {
    return new Set();
  }
}

const store = createStore<{ marks: ReadonlySet<string> }>(() => ({ marks: load() }));

store.subscribe(({ marks }) => {
  try {
    window.localStorage.setItem(storageKey, JSON.stringify([...marks]));
  } catch {
    // Without storage marks last as long as the page.
  }
});

/** The marked lines, by {@link markKey}. They belong to the line, so every view that shows it shows the mark. */
export function useMarks(): ReadonlySet<string> {
  return useStore(store, (state) => state.marks);
}

/** Reads the marks outside of a component. */
export function currentMarks(): ReadonlySet<string> {
  return store.getState().marks;
}

/** Sets or removes the mark of a line. */
export function toggleMark(address: LineAddress): void {
  const marks = new Set(store.getState().marks);
  const key = markKey(address);
  if (!marks.delete(key)) marks.add(key);
  store.setState({ marks: new Set([...marks].slice(-maxMarks)) });
}
