import '@mantine/spotlight/styles.css';
import { Spotlight, createSpotlight } from '@mantine/spotlight';
import { IconSearch, IconTerminal2 } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { keysFor, useCommands } from '../../state/commands.ts';
import { formatKeys } from '../../state/keys.ts';
import { selectService } from '../../state/navigation.ts';
import { showOverlay, useOverlay } from '../../state/overlays.ts';
import { useServices } from '../../state/serverState.ts';
import { serviceCommands } from '../../state/serviceCommands.ts';
import { openTerminal, useTerminals } from '../../state/terminals.ts';
import { takeTyped } from '../../state/typeAhead.ts';
import { useUi } from '../../state/uiState.ts';
import { KeyHint } from '../../ui/KeyHint.tsx';
import { LanguageMark } from '../../ui/LanguageMark.tsx';
import { ServiceCommandIcon } from '../../ui/ServiceCommandIcon.tsx';
import { StatusBadge } from '../../ui/StatusIcon.tsx';
import classes from './Palette.module.css';
import { type PaletteEntry, searchEntries } from './paletteSearch.ts';

const [spotlightStore, spotlight] = createSpotlight();

/** Entries shown at once; typing one more letter is quicker than scrolling further. */
const MAX_ENTRIES = 40;

/** Runs everything by name: services with what can be done to them, terminals, pages, commands. */
export function Palette() {
  const open = useOverlay('palette');
  useEffect(() => {
    if (open) spotlight.open();
    else spotlight.close();
  }, [open]);
  return (
    <Spotlight.Root
      store={spotlightStore}
      shortcut={null}
      lockScroll={false}
      scrollable
      maxHeight={420}
      onSpotlightClose={() => showOverlay(undefined)}
      centered={false}
      yOffset={60}
      size={560}
      transitionProps={{ duration: 120, transition: 'fade' }}
      overlayProps={{ backgroundOpacity: 0.3 }}
      attributes={{ content: { 'aria-label': 'Search and run' } }}
      classNames={{
        content: classes.content ?? '',
        body: classes.body ?? '',
        search: classes.search ?? '',
        action: classes.action ?? '',
        actionsList: classes.list ?? '',
        empty: classes.empty ?? '',
      }}
    >
      {open ? <PaletteContent /> : null}
    </Spotlight.Root>
  );
}

function PaletteContent() {
  const [query, setQuery] = useState('');
  const entries = useEntries();
  const found = useMemo(() => searchEntries(entries, query).slice(0, MAX_ENTRIES), [entries, query]);
  const groups = new Map<string, PaletteEntry[]>();
  for (const entry of found) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return (
    <>
      <Spotlight.Search
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onFocus={() => {
          const typed = takeTyped();
          if (typed) setQuery((now) => now + typed);
        }}
        placeholder="Search services and commands"
        aria-label="Search services and commands"
        leftSection={<IconSearch size={16} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        {found.length === 0 ? <Spotlight.Empty>Nothing is called “{query}”</Spotlight.Empty> : null}
        {[...groups].map(([group, members]) => (
          <div key={group} className={classes.group} role="group" aria-label={group}>
            <div className={classes.heading}>{group}</div>
            {members.map((entry) => (
              <Spotlight.Action key={entry.id} onClick={entry.run}>
                <span className={classes.icon}>{entry.icon}</span>
                <span className={classes.title}>{entry.title}</span>
                <span className={classes.right}>{entry.right}</span>
              </Spotlight.Action>
            ))}
          </div>
        ))}
      </Spotlight.ActionsList>
    </>
  );
}

function useEntries(): PaletteEntry[] {
  const services = useServices();
  const terminals = useTerminals();
  const commands = useCommands();
  const chosen = useUi((state) => state.keys);
  return useMemo(() => {
    const entries: PaletteEntry[] = [];
    const sorted = [...services.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const service of sorted) {
      entries.push({
        id: `service ${service.name}`,
        group: 'Services',
        title: service.name,
        words: `${service.project} ${service.labels.join(' ')}`,
        icon: <LanguageMark language={service.language} kind={service.kind} />,
        right: <StatusBadge service={service} />,
        rank: 0,
        run: () => selectService(service.name),
      });
    }
    for (const { id, name, folder, title } of terminals.values()) {
      entries.push({
        id: `terminal ${id}`,
        group: 'Terminals',
        title: name,
        words: `terminal shell ${title} ${folder}`,
        icon: <IconTerminal2 size={16} stroke={1.7} />,
        right: <span className={classes.place}>{folder}</span>,
        rank: 0,
        run: () => openTerminal(id),
      });
    }
    for (const command of commands) {
      if (command.id === 'palette' || command.when?.() === false) continue;
      const keys = keysFor(command, chosen);
      entries.push({
        id: `command ${command.id}`,
        group: command.group,
        title: command.title,
        words: command.keywords ?? '',
        icon: null,
        right: keys ? <KeyHint text={formatKeys(keys)} /> : null,
        rank: 1,
        run: command.run,
      });
    }
    for (const service of sorted) {
      for (const command of serviceCommands(service)) {
        if (command.disabled) continue;
        entries.push({
          id: `service ${service.name} ${command.id}`,
          group: 'Actions',
          title: `${command.label}: ${service.name}`,
          words: service.name,
          icon: <ServiceCommandIcon name={command.icon} />,
          right: null,
          rank: 2,
          run: command.run,
        });
      }
    }
    return entries;
  }, [services, terminals, commands, chosen]);
}
