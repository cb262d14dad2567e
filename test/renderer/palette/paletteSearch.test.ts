import { describe, expect, it } from 'vitest';
import { type PaletteEntry, searchEntries } from '../../../renderer/features/palette/paletteSearch.ts';

const entry = (title: string, rank = 0, words = ''): PaletteEntry => ({
  id: title,
  group: rank === 0 ? 'Services' : 'Window',
  title,
  words,
  icon: null,
  right: null,
  rank,
  run: () => {},
});

const entries = [
  entry('reorders'),
  entry('orders'),
  entry('orders-archive'),
  entry('catalog', 0, 'shop orders'),
  entry('Run all', 1),
  entry('Restart: orders', 2),
];
const titles = (query: string): string[] => searchEntries(entries, query).map((found) => found.title);

describe('the search of the palette', () => {
  it('puts the exact name first, then beginnings, then words inside, then other words', () => {
    expect(titles('orders')).toEqual(['orders', 'orders-archive', 'Restart: orders', 'reorders', 'catalog']);
  });

  it('wants every word', () => {
    expect(titles('restart ord')).toEqual(['Restart: orders']);
    expect(titles('restart nothing')).toEqual([]);
  });

  it('without a query shows services and commands, not every action on every service', () => {
    expect(titles('')).toEqual(['reorders', 'orders', 'orders-archive', 'catalog', 'Run all']);
  });
});
