import type { LogController } from './LogController.ts';

/** A key press, as far as it matters here. */
export interface LogKey {
  readonly key: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

/** What the keys of a log do that is not the controller's business. */
export interface LogKeyActions {
  readonly copy: () => void;
  readonly openSearch: () => void;
  readonly nextMatch: (direction: 1 | -1) => void;
  readonly nextError: (direction: 1 | -1) => void;
  readonly toggleMark: () => void;
  readonly nextMark: (direction: 1 | -1) => void;
  readonly toggleWrap: () => void;
  readonly openMenu: () => void;
}

/** What the keys of a log do, in the words of the help sheet. */
export const logKeys: readonly { readonly title: string; readonly keys: string }[] = [
  { title: 'Move by a line, select with Shift', keys: '↑ ↓' },
  { title: 'First line; last line and follow', keys: 'Home End' },
  { title: 'Pause or follow', keys: 'Space' },
  { title: 'Open or close the details of a line', keys: 'Enter' },
  { title: 'Next, previous error', keys: 'e E' },
  { title: 'Next, previous match', keys: 'n N' },
  { title: 'Mark the line', keys: 'm' },
  { title: 'Next, previous mark', keys: 'b B' },
  { title: 'Wrap long lines', keys: 'w' },
  { title: 'Menu of the line', keys: 'Shift F10' },
];

/** The same for those who hear it. */
export const logKeyHelp =
  'Arrows move, Shift selects, Enter opens, Home and End jump, Space pauses, e and E next and previous error, ' +
  'n and N next and previous match, m marks, b and B next and previous mark, w wraps.';

/** Does what a key means in a log; false when it means nothing. */
export function handleLogKey(event: LogKey, controller: LogController, actions: LogKeyActions): boolean {
  return event.ctrl ? withCtrl(event, controller, actions) : plain(event, controller, actions);
}

function withCtrl({ key }: LogKey, controller: LogController, actions: LogKeyActions): boolean {
  switch (key.toLowerCase()) {
    case 'a':
      controller.selectAll();
      return true;
    case 'c':
      actions.copy();
      return true;
    case 'f':
      actions.openSearch();
      return true;
    case 'home':
      controller.goHome();
      return true;
    case 'end':
      controller.follow();
      return true;
    default:
      return false;
  }
}

function plain({ key, shift }: LogKey, controller: LogController, actions: LogKeyActions): boolean {
  const { cursor, following } = controller.snapshot();
  switch (key) {
    case 'ArrowDown':
      controller.moveCursor(1, shift);
      return true;
    case 'ArrowUp':
      controller.moveCursor(-1, shift);
      return true;
    case 'PageDown':
      controller.scrollPages(1);
      return true;
    case 'PageUp':
      controller.scrollPages(-1);
      return true;
    case 'Home':
      controller.goHome();
      return true;
    case 'End':
      controller.follow();
      return true;
    case ' ':
      if (following) controller.pause();
      else controller.follow();
      return true;
    case 'Enter':
      if (cursor === undefined) return false;
      controller.toggle(cursor);
      return true;
    case 'Escape':
      if (controller.snapshot().selection === undefined && cursor === undefined) return false;
      controller.setSelection(undefined);
      controller.setCursor(undefined);
      return true;
    case '/':
      actions.openSearch();
      return true;
    case 'F3':
      actions.nextMatch(shift ? -1 : 1);
      return true;
    case 'n':
    case 'N':
      actions.nextMatch(key === 'n' ? 1 : -1);
      return true;
    case 'e':
    case 'E':
      actions.nextError(key === 'e' ? 1 : -1);
      return true;
    case 'm':
      actions.toggleMark();
      return true;
    case 'b':
    case 'B':
      actions.nextMark(key === 'b' ? 1 : -1);
      return true;
    case 'w':
      actions.toggleWrap();
      return true;
    case 'ContextMenu':
    case 'F10':
      if (key === 'F10' && !shift) return false;
      actions.openMenu();
      return true;
    default:
      return false;
  }
}
