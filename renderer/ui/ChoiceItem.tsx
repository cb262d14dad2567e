import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** The place of Mantine's own mark, at the left; it has no room where the tick stands at the right, as hints do. */
const noMark = { itemIndicator: { display: 'none' } } as const;

/** As wide as the icons of other entries, so that all texts begin in one line. */
const markAsIcon = { itemIndicator: { width: 14, marginInlineEnd: 'var(--mantine-spacing-xs)' } } as const;

/**
 * An entry of a Mantine `Menu` that is chosen or not, and is read out as such. `Menu.Item` cannot be one: it has its own role,
 * whatever it is given. Of entries without `several` one is chosen, and choosing closes the menu.
 */
export function ChoiceItem({
  chosen,
  onPick,
  several = false,
  stays = several,
  mark = 'right',
  children,
}: {
  chosen: boolean;
  onPick: () => void;
  /** Each is chosen or not by itself. */
  several?: boolean;
  /** Whether the menu stays open. */
  stays?: boolean;
  /** Where a tick says what is chosen: at the left where other entries have an icon there. */
  mark?: 'left' | 'right';
  children: ReactNode;
}) {
  const tick = <IconCheck size={14} aria-hidden="true" />;
  const shared = {
    checked: chosen,
    onChange: onPick,
    closeMenuOnClick: !stays,
    // Where the focus goes when the menu opens.
    'data-autofocus': chosen || undefined,
    ...(mark === 'left'
      ? { checkIcon: tick, styles: markAsIcon }
      : { rightSection: chosen ? tick : null, styles: noMark }),
    children,
  };
  return several ? <Menu.CheckboxItem {...shared} /> : <Menu.RadioItem value="" {...shared} />;
}
