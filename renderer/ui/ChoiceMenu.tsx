import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { Chip } from './Chip.tsx';
import { ChoiceItem } from './ChoiceItem.tsx';

/** One entry of a {@link ChoiceMenu}. */
export interface Choice {
  readonly key: string;
  readonly label: ReactNode;
  readonly chosen: boolean;
  /** Choices of different groups are divided by a line: one of each group is chosen. */
  readonly group?: string;
  readonly pick: () => void;
}

/** A chip that opens a menu of choices. With `several` each is made or not by itself, and the menu stays open. */
export function ChoiceMenu({
  text,
  label,
  choices,
  active,
  several = false,
  children,
  onOpen,
}: {
  text: ReactNode;
  label: string;
  choices: readonly Choice[];
  /** Whether something else than the standard is chosen. */
  active: boolean;
  several?: boolean;
  /** Above the choices, e.g. a field that narrows them. */
  children?: ReactNode;
  onOpen?: () => void;
}) {
  return (
    <Menu position="bottom-start" {...(onOpen ? { onOpen } : {})}>
      <Menu.Target>
        <Chip pressed={active}>
          {text}
          <IconChevronDown size={12} aria-hidden="true" />
        </Chip>
      </Menu.Target>
      <Menu.Dropdown aria-label={label} mah={420} style={{ overflowY: 'auto' }}>
        {children}
        {choices.map(({ key, label: choice, chosen, group, pick }, at) => (
          <Fragment key={key}>
            {at > 0 && choices[at - 1]?.group !== group ? <Menu.Divider /> : null}
            <ChoiceItem chosen={chosen} several={several} onPick={pick}>
              {choice}
            </ChoiceItem>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
