import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import * as z from 'zod/mini';
import { currentPlace } from '../../state/navigation.ts';
import { type CallDraft, draftStore, makeDraft, takeDraft } from '../../state/callDraft.ts';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** The draft outlives a reload but not the window: a header may hold a token. */
const storageKey = 'micro.calls.draft.v1';

const draftSchema = z.object({
  service: z.string(),
  endpoint: z.string(),
  method: z.string(),
  path: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  fields: z.record(z.string(), z.string()),
  body: z.string(),
});

/** Reads a kept draft; a damaged one is none. Exported for tests. */
export function readDraft(text: string | null): CallDraft | undefined {
  try {
    return draftSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return undefined;
  }
}

function storedDraft(): CallDraft | undefined {
  try {
    return readDraft(window.sessionStorage.getItem(storageKey));
  } catch {
    return undefined;
  }
}

/** The draft that is edited: the one that another view asked for, else the one of before. */
export function useDraft(): readonly [CallDraft, (draft: CallDraft) => void] {
  const [draft, setDraft] = useState<CallDraft>(
    () => draftStore.getState().wanted ?? storedDraft() ?? makeDraft({ service: currentPlace().service ?? '' }),
  );
  const wanted = useStore(draftStore, (state) => state.wanted);
  useEffect(() => {
    const taken = wanted && takeDraft();
    if (taken) setDraft(taken);
  }, [wanted]);
  useEffect(() => {
    try {
      window.sessionStorage.setItem(storageKey, JSON.stringify(draft));
    } catch {
      // Without storage the draft lasts as long as the page.
    }
  }, [draft]);
  return [draft, setDraft];
}
