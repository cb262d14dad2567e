import { Menu } from '@mantine/core';
import { IconArrowDown, IconChevronDown, IconDots, IconPlayerPause, IconX } from '@tabler/icons-react';
import { Chip } from '../../ui/Chip.tsx';
import { ChoiceItem } from '../../ui/ChoiceItem.tsx';
import type { LogController } from './LogController.ts';
import { setLogPrefs, useLogPrefs } from './logPrefs.ts';
import { isNarrowed, type LogViewState, readLogViewState, widened } from './logViewState.ts';
import classes from './Logs.module.css';
import type { TimeStyle } from './logTime.ts';
import type { TextFormat } from './logSource.ts';
import { isSaved, removeSearch, saveSearch, searchName, useSavedSearches } from './savedSearches.ts';
import { useLogPart } from './useLog.ts';

const timeStyles: readonly { value: TimeStyle; label: string }[] = [
  { value: 'local', label: 'Local time' },
  { value: 'utc', label: 'UTC' },
  { value: 'relative', label: 'Relative time' },
];

/** How the time column reads. */
export function TimeStylePicker() {
  const { timeStyle } = useLogPrefs();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Chip>
          {timeStyles.find(({ value }) => value === timeStyle)?.label}
          <IconChevronDown size={12} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label="Time column">
        {timeStyles.map(({ value, label }) => (
          <ChoiceItem key={value} chosen={value === timeStyle} onPick={() => setLogPrefs({ timeStyle: value })}>
            {label}
          </ChoiceItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Whether the view follows, and the switch for it. */
export function FollowChip({ controller }: { controller: LogController }) {
  const following = useLogPart(controller, (snapshot) => snapshot.following);
  const waiting = useLogPart(controller, (snapshot) => snapshot.waiting);
  return (
    <Chip
      pressed={following}
      title={following ? 'Pause (Space)' : 'Follow (End)'}
      onClick={() => (following ? controller.pause() : controller.follow())}
    >
      {following ? (
        <>
          Following <IconArrowDown size={12} aria-hidden="true" />
        </>
      ) : (
        <>
          <IconPlayerPause size={12} aria-hidden="true" />
          {waiting > 0 ? `Paused · ${waiting.toLocaleString('en')} wait` : 'Paused'}
        </>
      )}
    </Chip>
  );
}

/** Saved searches: keep this one, go to another. */
export function SavedSearches({ view, onView }: { view: LogViewState; onView: (view: LogViewState) => void }) {
  const searches = useSavedSearches();
  const name = searchName(view);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Chip>
          Searches
          <IconChevronDown size={12} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label="Saved searches">
        {name === '' ? (
          <Menu.Label>Look for something, then it can be saved here</Menu.Label>
        ) : isSaved(searches, name, view) ? null : (
          <Menu.Item onClick={() => saveSearch(name, view)}>Save “{name}”</Menu.Item>
        )}
        {searches.map((search) => (
          <Menu.Item
            key={search.name}
            onClick={() => onView(search.view)}
            onKeyDown={(event) => {
              if (event.key === 'Delete') removeSearch(search.name);
            }}
            rightSection={
              <IconX
                size={14}
                role="img"
                aria-label="Forget this search (Delete)"
                onClick={(event) => {
                  event.stopPropagation();
                  removeSearch(search.name);
                }}
              />
            }
          >
            {search.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const formats: readonly { value: TextFormat; label: string }[] = [
  { value: 'full', label: 'With time, service and level' },
  { value: 'text', label: 'The lines alone' },
  { value: 'ansi', label: 'The lines with their colours' },
  { value: 'json', label: 'JSON, one object a line' },
];

/** Writes what the view shows to a file. */
export function ExportMenu({ onExport }: { onExport: (format: TextFormat) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Chip>Export</Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label="Export all lines of this view">
        {formats.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => onExport(value)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a narrow tab has no room for. */
export function MoreMenu({
  view,
  onView,
  onExport,
}: {
  view: LogViewState;
  onView: (view: LogViewState) => void;
  onExport: (format: TextFormat) => void;
}) {
  const { wrap, timeStyle } = useLogPrefs();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Chip aria-label="More">
          <IconDots size={14} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label="More">
        <ChoiceItem several stays={false} chosen={wrap} onPick={() => setLogPrefs({ wrap: !wrap })}>
          Wrap lines
        </ChoiceItem>
        <ChoiceItem
          several
          stays={false}
          chosen={view.run === -1}
          onPick={() => onView({ ...view, run: view.run === -1 ? 0 : -1 })}
        >
          Only since the last start
        </ChoiceItem>
        <Menu.Divider />
        {timeStyles.map(({ value, label }) => (
          <ChoiceItem key={value} chosen={value === timeStyle} onPick={() => setLogPrefs({ timeStyle: value })}>
            {label}
          </ChoiceItem>
        ))}
        <Menu.Divider />
        <Menu.Label>Export</Menu.Label>
        {formats.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => onExport(value)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Takes every filter but the services away; shown only when there is one. */
export function ClearFilters({ view, onView }: { view: LogViewState; onView: (view: LogViewState) => void }) {
  if (!isNarrowed(view)) return null;
  return (
    <Chip className={classes.count ?? ''} onClick={() => onView(readLogViewState(widened(view)))}>
      Show all
      <IconX size={12} aria-hidden="true" />
    </Chip>
  );
}
