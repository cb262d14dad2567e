import type { KeyboardEvent, ReactNode } from 'react';
import classes from './Tabs.module.css';

/** Id of a tab, by which its panel is labelled. */
export function tabId(panel: string, tab: string): string {
  return `${panel}-tab-${tab}`;
}

/**
 * Tabs above the panel whose element has the id `panel`. One of them is in the order of Tab; arrow keys, Home and End go to
 * the others, which opens them.
 */
export function Tabs<Id extends string>({
  label,
  panel,
  tabs,
  chosen,
  line = true,
  children,
  onChoose,
}: {
  label: string;
  panel: string;
  tabs: readonly { readonly id: Id; readonly title: ReactNode }[];
  chosen: Id;
  /** Whether a line parts them from the panel. */
  line?: boolean;
  /** What stands at the right of them. */
  children?: ReactNode;
  onChoose: (id: Id) => void;
}) {
  const handleKey = (event: KeyboardEvent<HTMLElement>): void => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const moves: Partial<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs.at(to % tabs.length);
    if (!next) return;
    onChoose(next.id);
    document.getElementById(tabId(panel, next.id))?.focus();
  };
  return (
    <div className={classes.tabs} data-line={line || undefined}>
      <div style={{ display: 'contents' }} role="tablist" aria-label={label} onKeyDown={handleKey}>
        {tabs.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={tabId(panel, id)}
            aria-selected={id === chosen}
            aria-controls={panel}
            tabIndex={id === chosen ? 0 : -1}
            className={classes.tab}
            onClick={() => onChoose(id)}
          >
            {title}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
