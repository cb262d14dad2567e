import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Chip } from './Chip.tsx';

/** One entry of a {@link ChoiceMenu}. */
export interface Choice {
  readonly key: string;
  readonly label: ReactNode;
  readonly chosen: boolean;
  readonly pick: () => void;
}

/** A chip that opens a menu of choices. `stays` keeps it open, for choices of which several can be made. */
export function ChoiceMenu({
  text,
  label,
  choices,
  active,
  stays = false,
  children,
  onOpen,
}: {
  text: ReactNode;
  label: string;
  choices: readonly Choice[];
  /** Whether something else than the standard is chosen. */
  active: boolean;
  stays?: boolean;
  /** Above the choices, e.g. a field that narrows them. */
  children?: ReactNode;
  onOpen?: () => void;
}) {
  return (
    <Menu position="bottom-start" closeOnItemClick={!stays} {...(onOpen ? { onOpen } : {})}>
      <Menu.Target>
        <Chip pressed={active}>
          {text}
          <IconChevronDown size={12} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label={label} mah={420} style={{ overflowY: 'auto' }}>
        {children}
        {choices.map(({ key, label: choice, chosen, pick }) => (
          <Menu.Item
            key={key}
            role="menuitemradio"
            aria-checked={chosen}
            rightSection={chosen ? <IconCheck size={14} aria-hidden="true" /> : null}
            onClick={pick}
          >
            {choice}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
