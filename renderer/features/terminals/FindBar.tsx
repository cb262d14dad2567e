import type { ISearchOptions, SearchAddon } from '@xterm/addon-search';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import classes from './Terminals.module.css';

/** How matches are marked: on the accent, the current one stronger. */
const decorations: NonNullable<ISearchOptions['decorations']> = {
  matchBackground: '#5b5bd6',
  matchOverviewRuler: '#5b5bd6',
  activeMatchBackground: '#b35c00',
  activeMatchColorOverviewRuler: '#b35c00',
};

/** Finds text on the screen and in what has scrolled out of it. Enter goes back to the one above, as newer is below. */
export function FindBar({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<{ index: number; count: number }>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    const subscription = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ index: resultIndex, count: resultCount }),
    );
    return () => {
      subscription.dispose();
      search.clearDecorations();
    };
  }, [search]);
  const previous = (incremental = false): void => void search.findPrevious(text, { decorations, incremental });
  const next = (): void => void search.findNext(text, { decorations });
  const shown =
    text === '' || !found
      ? ''
      : found.count === 0
        ? 'none'
        : `${found.index < 0 ? '?' : found.index + 1} of ${found.count}`;
  return (
    <search
      className={classes.find}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <input
        ref={input}
        className={classes.findInput}
        value={text}
        placeholder="Find in terminal"
        aria-label="Find in terminal"
        spellCheck={false}
        onChange={(event) => {
          const wanted = event.target.value;
          setText(wanted);
          if (wanted === '') search.clearDecorations();
          else search.findPrevious(wanted, { decorations, incremental: true });
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || text === '') return;
          event.preventDefault();
          if (event.shiftKey) next();
          else previous();
        }}
      />
      <span className={classes.findCount} aria-live="polite">
        {shown}
      </span>
      <Button variant="quiet" icon={<IconArrowUp size={14} />} aria-label="Match above" onClick={() => previous()} />
      <Button variant="quiet" icon={<IconArrowDown size={14} />} aria-label="Match below" onClick={next} />
      <Button variant="quiet" icon={<IconX size={14} />} aria-label="Close the search" onClick={onClose} />
    </search>
  );
}
