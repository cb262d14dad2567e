import type { WireStep } from '../wireClient.ts';

/**
 * Something that a client may send, and what is to come of it: see `converse`. Where nginx does something else, that is
 * recorded with the reason for the difference.
 */
export interface TortureCase {
  steps: readonly WireStep[];
  methods: readonly string[];
  expected: string;
  nginx?: string;
  because?: string;
}

/** Cases by what they are about. */
export type TortureGroups = Record<string, Record<string, TortureCase>>;
