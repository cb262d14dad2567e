/**
 * A `ref` that gives a page the keyboard when it comes: what was clicked to come here is gone, and Escape is to lead back from
 * the start. Where something in it has the keyboard already, it stays there.
 */
export function focusOnce(page: HTMLElement | null): void {
  if (page && !page.contains(document.activeElement)) page.focus({ preventScroll: true });
}
