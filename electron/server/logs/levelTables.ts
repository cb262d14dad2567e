import { levelOfWord } from '../../../shared/lib/logLevels.ts';

// Tables of a place for each byte; 1: it is of that sort. What \s has of Latin-1 is space.

const SPACES = ' \t\n\v\f\r\xa0';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** White space. */
export const IS_SPACE = tableOf(SPACES);
/** Capital letters. */
export const IS_CAPITAL = tableOf(CAPITALS);
/** May stand before a level in capitals. */
export const IS_BEFORE = tableOf(`${SPACES}[(<|:{-`);
/** May stand after one. */
export const IS_AFTER = tableOf(`${SPACES}])>|:},!/(-`);
/** What is looked at closely: a word in capitals, and what a level in any case may follow. */
export const IS_NOTABLE = tableOf(`${CAPITALS}[(<=\t`);
/** First letter of an identifier, as exceptions are named. */
export const IS_FIRST_OF_NAME = tableOf(`${CAPITALS}${CAPITALS.toLowerCase()}_$`);
/** Of such an identifier. */
export const IS_OF_NAME = tableOf(`${CAPITALS}${CAPITALS.toLowerCase()}_$.0123456789`);

/** No node: the letters are no word's beginning. */
export const NOWHERE = 255;

/** Words of the regular expressions of `detectLevel` as a tree: 32 places for each node, one for each letter. */
export interface WordTree {
  next: Uint8Array;
  levels: Uint8Array;
}

/** Levels in capitals. */
export const CAPITAL_WORDS = wordTree(
  'TRACE VERBOSE FINEST FINER FINE DEBUG DBG INFO INF NOTICE WARN WARNING WRN ERROR ERR SEVERE FATAL CRITICAL CRIT PANIC EMERG ALERT DPANIC',
);
/** Words that are levels in any case where they begin a line, stand in brackets or between tabs. */
export const OTHER_WORDS = wordTree(
  'TRACE TRCE VERBOSE SILLY DEBUG DBUG INFO NOTICE WARN WARNING ERROR ERR FAIL FATAL CRIT CRITICAL PANIC EMERG ALERT SEVERE DPANIC',
);

function wordTree(words: string): WordTree {
  const next: number[] = new Array<number>(32).fill(NOWHERE);
  const levels = [0];
  for (const word of words.split(' ')) {
    let node = 0;
    for (const letter of word) {
      const place = (node << 5) | (letter.charCodeAt(0) & 31);
      if (next[place] === NOWHERE) {
        next[place] = levels.length;
        levels.push(0);
        next.push(...new Array<number>(32).fill(NOWHERE));
      }
      node = next[place] as number;
    }
    levels[node] = Math.max(1, levelOfWord(word));
  }
  return { next: Uint8Array.from(next), levels: Uint8Array.from(levels) };
}

function tableOf(characters: string): Uint8Array {
  const out = new Uint8Array(256);
  for (const character of characters) out[character.charCodeAt(0)] = 1;
  return out;
}
