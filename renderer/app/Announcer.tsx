import { useEffect, useRef, useState } from 'react';
import { wasAskedFor } from '../state/actions.ts';
import { serverStore } from '../state/serverState.ts';
import { statusOf } from '../ui/status.ts';

/** ms in which changes are gathered into one announcement, so that a start of twenty services is not read out twenty times. */
const GATHER_MS = 1_200;

/** Services named one by one; more are counted. */
const MAX_NAMED = 3;

/**
 * Tells assistive technology once and politely which services changed their status. What was asked for in this window is
 * left to the message about it.
 */
export function Announcer() {
  const [text, setText] = useState('');
  const pending = useRef(new Map<string, string>());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      const changes = [...pending.current];
      pending.current.clear();
      setText(describeChanges(changes));
    };
    const unsubscribe = serverStore.subscribe((state, before) => {
      if (state.services === before.services || !before.loaded) return;
      for (const [name, service] of state.services) {
        const old = before.services.get(name);
        if (!old || old.status === service.status || wasAskedFor(name)) continue;
        pending.current.set(name, statusOf(service).word);
      }
      if (pending.current.size > 0) timer ??= setTimeout(flush, GATHER_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, []);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}

function describeChanges(changes: readonly (readonly [name: string, word: string])[]): string {
  if (changes.length <= MAX_NAMED) return changes.map(([name, word]) => `${name} ${word}`).join(', ');
  const counts = new Map<string, number>();
  for (const [, word] of changes) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} services ${word}`).join(', ');
}
