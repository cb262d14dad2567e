import type { TablePlace } from './recordActions.ts';

/** An edit of a record that is not saved. */
export interface Draft {
  /** Revision that the edit began from. */
  readonly revision: number;
  readonly text: string;
  /** Whether the text is the value's JSON in order. */
  readonly asJson: boolean;
  /** The life as typed; undefined: it stays as it is. */
  readonly life: string | undefined;
}

/** Drafts that are kept while other records are looked at; older ones go first. */
const maxDrafts = 30;
const drafts = new Map<string, Draft>();

const idOf = ({ database, table }: TablePlace, key: string): string => `${database}/${table}/${key}`;

/** The draft that was left at a record. They last as long as the window. */
export function keptDraft(place: TablePlace, key: string): Draft | undefined {
  return drafts.get(idOf(place, key));
}

/** Keeps a draft, or with undefined forgets it. */
export function keepDraft(place: TablePlace, key: string, draft: Draft | undefined): void {
  const id = idOf(place, key);
  drafts.delete(id);
  if (draft) drafts.set(id, draft);
  for (const oldest of drafts.keys()) {
    if (drafts.size <= maxDrafts) return;
    drafts.delete(oldest);
  }
}
