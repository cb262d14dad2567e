import { Modal } from '@mantine/core';
import { logKeys } from '../features/logs/logKeys.ts';
import { keysFor, useCommands } from '../state/commands.ts';
import { formatKeys } from '../state/keys.ts';
import { showOverlay, useOverlay } from '../state/overlays.ts';
import { useUi } from '../state/uiState.ts';
import { KeyHint } from '../ui/KeyHint.tsx';
import classes from './HelpSheet.module.css';

/** Every key of the window in one list; `?` opens it. */
export function HelpSheet() {
  const open = useOverlay('help');
  return (
    <Modal opened={open} onClose={() => showOverlay(undefined)} title="Keys" size="lg">
      {open ? <Sheet /> : null}
    </Modal>
  );
}

/** Keys of lists and menus, which are not commands. */
const listKeys: readonly { title: string; keys: string }[] = [
  { title: 'Move in the list', keys: '↑ ↓ Home End' },
  { title: 'Inspect the service', keys: 'Enter' },
  { title: 'Mark for an action on several', keys: 'Space' },
  { title: 'Menu of the service', keys: 'Shift F10' },
  { title: 'Back to the list, or close', keys: 'Esc' },
];

function Sheet() {
  const commands = useCommands();
  const chosen = useUi((state) => state.keys);
  const groups = new Map<string, { title: string; keys: string }[]>();
  for (const command of commands) {
    const keys = keysFor(command, chosen);
    if (!keys) continue;
    const group = groups.get(command.group) ?? [];
    group.push({ title: command.title, keys: formatKeys(keys) });
    groups.set(command.group, group);
  }
  groups.set('Logs', [...(groups.get('Logs') ?? []), ...logKeys]);
  groups.set('Lists', [...listKeys]);
  return (
    <div className={classes.columns}>
      {[...groups].map(([group, entries]) => (
        <section key={group} className={classes.group}>
          <h3>{group}</h3>
          {entries.map((entry) => (
            <div key={entry.title} className={classes.row}>
              <span>{entry.title}</span>
              <KeyHint text={entry.keys} />
            </div>
          ))}
        </section>
      ))}
    </div>
  );
}
