import { Menu } from '@mantine/core';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { IconChevronDown } from '@tabler/icons-react';
import { openPage } from '../../state/navigation.ts';
import { useShownServices } from '../../state/projectFilter.ts';
import { setTrafficWindow, trafficWindows, useTraffic } from '../../state/traffic.ts';
import { setUi } from '../../state/uiState.ts';
import { Chip } from '../../ui/Chip.tsx';
import { ChoiceItem } from '../../ui/ChoiceItem.tsx';
import { countByStatus, lookOf } from '../../ui/status.ts';
import { StatusCount } from '../../ui/StatusIcon.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import type { Grouping } from './graphModel.ts';

const groupings: readonly { value: Grouping; label: string }[] = [
  { value: 'none', label: 'none' },
  { value: 'folder', label: 'folder' },
  { value: 'label', label: 'label' },
  { value: 'project', label: 'project' },
];

function StatusChips() {
  return countByStatus(useShownServices()).map(({ status, count }) => (
    <Chip
      key={status}
      title="Show these in the table"
      onClick={() => {
        setUi({ serviceFilter: lookOf(status).word });
        openPage('services');
      }}
    >
      <StatusCount status={status} count={count} />
    </Chip>
  ));
}

function WindowPicker() {
  const windowMs = useTraffic((state) => state.windowMs);
  const chosen = trafficWindows.find(({ ms }) => ms === windowMs) ?? trafficWindows[0];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Chip title="What rates, errors and durations are about">
          {chosen.label}
          <IconChevronDown size={12} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label="Figures of">
        {trafficWindows.map(({ ms, label }) => (
          <ChoiceItem key={ms} chosen={ms === windowMs} onPick={() => setTrafficWindow(ms)}>
            {label}
          </ChoiceItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The bar above the graph: how the services are, what figures are about, how nodes are grouped, and tidying up. */
export function GraphToolbar({
  grouping,
  onGroup,
  core,
  onCore,
  onTidy,
  onUndoTidy,
}: {
  grouping: Grouping;
  onGroup: (grouping: Grouping) => void;
  core: boolean;
  onCore: (core: boolean) => void;
  onTidy: (() => void) | undefined;
  onUndoTidy: (() => void) | undefined;
}) {
  const callsCore = useTraffic(({ nodes }) => [...nodes.values()].some(({ kind }) => kind === Kind.CORE));
  return (
    <Toolbar
      title="Graph"
      right={
        <>
          <WindowPicker />
          <Menu position="bottom-end">
            <Menu.Target>
              <Chip>
                Group: {grouping}
                <IconChevronDown size={12} aria-hidden="true" />
              </Chip>
            </Menu.Target>
            <Menu.Dropdown aria-label="Group services by">
              {groupings.map(({ value, label }) => (
                <ChoiceItem key={value} chosen={value === grouping} onPick={() => onGroup(value)}>
                  {label}
                </ChoiceItem>
              ))}
            </Menu.Dropdown>
          </Menu>
          {core || callsCore ? (
            <Chip
              pressed={core}
              onClick={() => onCore(!core)}
              title="Show the store, config, events and the like that services call"
            >
              Core
            </Chip>
          ) : null}
          {onUndoTidy ? (
            <Chip onClick={onUndoTidy} title="Put every node back where it was">
              Undo tidy
            </Chip>
          ) : null}
          <Chip disabled={!onTidy} onClick={onTidy} title="Lay out all nodes anew">
            Tidy
          </Chip>
        </>
      }
    >
      <StatusChips />
    </Toolbar>
  );
}
