import { IconArrowBackUp } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { type Command, keysFor, useCommands } from '../../state/commands.ts';
import { formatKeys, keysOf } from '../../state/keys.ts';
import { setUi, useUi } from '../../state/uiState.ts';
import { Button } from '../../ui/Button.tsx';
import { KeyHint } from '../../ui/KeyHint.tsx';
import classes from './SettingsPage.module.css';

/** Every command with its key. A click records another; Backspace takes it away, Esc leaves it. */
export function ShortcutList() {
  const commands = useCommands();
  const chosen = useUi((state) => state.keys);
  const [recording, setRecording] = useState<string>();
  const users = new Map<string, Command[]>();
  for (const command of commands) {
    const keys = keysFor(command, chosen);
    if (keys) users.set(keys, [...(users.get(keys) ?? []), command]);
  }
  const groups = new Map<string, Command[]>();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);

  const record = (event: KeyboardEvent, command: Command): void => {
    if (recording !== command.id) return;
    if (event.key === 'Tab') {
      setRecording(undefined);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      setRecording(undefined);
      return;
    }
    const keys = event.key === 'Backspace' && !event.ctrlKey && !event.metaKey ? '' : keysOf(event.nativeEvent);
    if (keys === undefined) return;
    setUi({ keys: { ...chosen, [command.id]: keys } });
    setRecording(undefined);
  };
  const reset = (id: string): void => {
    setUi({ keys: Object.fromEntries(Object.entries(chosen).filter(([key]) => key !== id)) });
  };

  return (
    <>
      {[...groups].map(([group, members]) => (
        <div key={group}>
          <div className={classes.group}>{group}</div>
          {members.map((command) => {
            const keys = keysFor(command, chosen);
            const others = (keys ? (users.get(keys) ?? []) : []).filter((other) => other !== command);
            return (
              <div key={command.id} className={classes.shortcut}>
                <span>{command.title}</span>
                {others[0] ? <span className={classes.conflict}>also: {others[0].title}</span> : null}
                {chosen[command.id] === undefined ? null : (
                  <Button
                    variant="quiet"
                    icon={<IconArrowBackUp size={14} />}
                    aria-label={`Back to the standard key of ${command.title}`}
                    title="Back to the standard key"
                    onClick={() => reset(command.id)}
                  />
                )}
                <button
                  type="button"
                  className={classes.keyButton}
                  data-recording={recording === command.id || undefined}
                  aria-label={`Key of ${command.title}: ${keys ? formatKeys(keys) : 'none'}`}
                  onClick={() => setRecording(command.id)}
                  onBlur={() => setRecording(undefined)}
                  onKeyDown={(event) => record(event, command)}
                >
                  {recording === command.id ? 'press keys…' : keys ? <KeyHint text={formatKeys(keys)} /> : 'none'}
                </button>
              </div>
            );
          })}
        </div>
      ))}
      <div className={classes.foot}>
        <span>Click a key and press another. Backspace takes it away, Esc leaves it.</span>
        {Object.keys(chosen).length > 0 ? (
          <Button onClick={() => setUi({ keys: {} })}>All back to standard</Button>
        ) : null}
      </div>
    </>
  );
}
