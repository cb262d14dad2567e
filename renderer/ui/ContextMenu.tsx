import { Menu, Portal } from '@mantine/core';
import { Fragment, type ReactNode, useRef, useState } from 'react';
import classes from './ContextMenu.module.css';

/** An entry of a menu. */
export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  /** Shown at the right, e.g. a key. */
  hint?: ReactNode;
  disabled?: boolean;
  danger?: boolean;
  /** Entries of different groups are divided by a line. */
  group?: string;
  /** What it shows takes the focus, which then does not go back to where it was before the menu. */
  takesFocus?: boolean;
  run: () => void;
}

/** The entries of a menu, for use inside Mantine's `Menu.Dropdown`. */
export function MenuItems({
  items,
  onChoose,
}: {
  items: readonly MenuItem[];
  /** Called before the entry that was chosen runs. */
  onChoose?: (item: MenuItem) => void;
}) {
  const first = items.find((item) => !item.disabled);
  return items.map((item, i) => (
    <Fragment key={item.id}>
      {i > 0 && items[i - 1]?.group !== item.group ? <Menu.Divider /> : null}
      <Menu.Item
        leftSection={item.icon}
        rightSection={item.hint}
        disabled={item.disabled ?? false}
        data-danger={item.danger || undefined}
        // Where the focus goes when the menu opens.
        data-autofocus={item === first || undefined}
        className={classes.item ?? ''}
        onClick={() => {
          onChoose?.(item);
          item.run();
        }}
      >
        {item.label}
      </Menu.Item>
    </Fragment>
  ));
}

/** A menu at a point of the window, as after a right click. It stays open while `items` change under it. */
export function ContextMenu({
  at,
  onClose,
  label,
  items,
}: {
  at: { x: number; y: number } | undefined;
  onClose: () => void;
  label: string;
  items: readonly MenuItem[];
}) {
  const takesFocus = useRef(false);
  const [keepsFocus, setKeepsFocus] = useState(false);
  return (
    // Outside of what it belongs to: a tab or a row may hold no control, even one that nobody can reach.
    <Portal>
      <Menu
        opened={at !== undefined}
        onChange={(opened) => {
          if (opened) return;
          setKeepsFocus(takesFocus.current);
          takesFocus.current = false;
          onClose();
        }}
        position="bottom-start"
        offset={2}
        // Its anchor is a point; a point at the very edge does not count as out of sight.
        hideDetached={false}
        returnFocus={!keepsFocus}
      >
        <Menu.Target>
          <button
            type="button"
            className={classes.anchor}
            tabIndex={-1}
            aria-hidden="true"
            style={at ? { left: at.x, top: at.y } : undefined}
          />
        </Menu.Target>
        {/* The anchor has no name that the menu could be called by. */}
        <Menu.Dropdown aria-label={label} aria-labelledby="">
          <MenuItems
            items={items}
            onChoose={(item) => {
              takesFocus.current = item.takesFocus === true;
            }}
          />
        </Menu.Dropdown>
      </Menu>
    </Portal>
  );
}
