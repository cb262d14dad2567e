import type { ReactNode } from 'react';

/** A line of the palette. */
export interface PaletteEntry {
  id: string;
  group: string;
  title: string;
  /** Further words it is found by. */
  words: string;
  icon: ReactNode;
  right: ReactNode;
  /** Which kind comes first among equals. Kinds of 2 and above show up once something is typed. */
  rank: number;
  run: () => void;
}

/**
 * The entries that have every word of the query, best first: title begins with it, a word of the title begins with it,
 * title has it, other words have it. Without a query everything of the first ranks.
 */
export function searchEntries(entries: readonly PaletteEntry[], query: string): PaletteEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.filter((entry) => entry.rank < 2);
  const scored: { entry: PaletteEntry; score: number }[] = [];
  for (const entry of entries) {
    let score = 0;
    for (const word of words) {
      const points = scoreWord(entry, word);
      if (points === 0) {
        score = 0;
        break;
      }
      score += points;
    }
    if (score > 0) scored.push({ entry, score });
  }
  return scored.sort((a, b) => b.score - a.score || a.entry.rank - b.entry.rank).map(({ entry }) => entry);
}

function scoreWord(entry: PaletteEntry, word: string): number {
  const title = entry.title.toLowerCase();
  if (title === word) return 5;
  if (title.startsWith(word)) return 4;
  if (title.split(/[\s:\-_.]+/).some((part) => part.startsWith(word))) return 3;
  if (title.includes(word)) return 2;
  return `${entry.group} ${entry.words}`.toLowerCase().includes(word) ? 1 : 0;
}
