import type { DragEvent } from 'react';

/**
 * While a tab is dragged over the panel, its content is left out of what the pointer meets (see the style sheet): a log that
 * goes on puts a new row under the pointer many times a second, and a drop that falls just then would come to nothing.
 */
export function handleTabDrag(event: DragEvent<HTMLElement>): void {
  const panel = event.currentTarget;
  panel.dataset['tabDragging'] = '';
  const end = (): void => {
    delete panel.dataset['tabDragging'];
    for (const type of ends) window.removeEventListener(type, end, true);
  };
  for (const type of ends) window.addEventListener(type, end, true);
}

/** A tab that changes its group is taken out of the page, and then only the drop is heard of. */
const ends = ['drop', 'dragend'] as const;
