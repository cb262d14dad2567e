import { IconLayoutColumns, IconPlus, IconSearch } from '@tabler/icons-react';
import type { Terminal } from '../../../shared/contract/gen/terminals_pb.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './Terminals.module.css';

/** Beside the tabs: where the shell is, and what is done most. While it is renamed, a field for the new name. */
export function TerminalBar({
  facts,
  renaming,
  onRename,
  onFind,
  onNew,
  onSplit,
}: {
  facts: Terminal | undefined;
  renaming: boolean;
  /** Called with undefined when it keeps its name. */
  onRename: (name: string | undefined) => void;
  onFind: () => void;
  onNew: () => void;
  onSplit: () => void;
}) {
  return (
    <div className={classes.bar}>
      {renaming && facts ? (
        <input
          className={classes.rename}
          defaultValue={facts.name}
          aria-label="Name of the terminal"
          // It was asked for by whoever sees it.
          ref={(input) => input?.focus()}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={(event) => onRename(event.currentTarget.value.trim() || undefined)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            event.currentTarget.value = facts.name;
            event.currentTarget.blur();
          }}
        />
      ) : (
        <span className={classes.place} title={facts?.folder}>
          {facts?.folder}
        </span>
      )}
      <Button variant="quiet" icon={<IconSearch size={15} />} aria-label="Find" title="Find" onClick={onFind} />
      <Button
        variant="quiet"
        icon={<IconLayoutColumns size={15} />}
        aria-label="New terminal beside this one"
        title="New terminal beside this one"
        onClick={onSplit}
      />
      <Button
        variant="quiet"
        icon={<IconPlus size={15} />}
        aria-label="New terminal"
        title="New terminal"
        onClick={onNew}
      />
    </div>
  );
}
