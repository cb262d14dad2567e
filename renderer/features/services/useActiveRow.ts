import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';

/**
 * The active row by the name of its service. When that service goes away the row that took its place becomes active, and
 * gets the focus if the one that went had it.
 */
export function useActiveRow(
  rows: readonly Service[],
  table: RefObject<HTMLElement | null>,
): { active: string | undefined; activeIndex: number; setActive: (name: string) => void } {
  const [chosen, setActive] = useState<string>();
  const lastIndex = useRef(0);
  const hadFocus = useRef(false);
  let activeIndex = rows.findIndex((row) => row.name === chosen);
  if (activeIndex < 0 && rows.length > 0) activeIndex = Math.min(lastIndex.current, rows.length - 1);
  const active = rows[activeIndex]?.name;

  useLayoutEffect(() => {
    lastIndex.current = Math.max(0, activeIndex);
    const element = table.current;
    const focused = document.activeElement;
    const lost = focused === null || focused === document.body;
    if (lost && hadFocus.current && active !== undefined && active !== chosen) {
      setActive(active);
      element?.querySelector<HTMLElement>(`[data-service="${active}"]`)?.focus({ preventScroll: true });
    }
  }, [active, activeIndex, chosen, table]);

  useLayoutEffect(() => {
    const element = table.current;
    if (!element) return;
    const handleFocus = (event: FocusEvent): void => {
      hadFocus.current = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'row';
    };
    const handleLeave = (event: FocusEvent): void => {
      // Without a related target the element itself went away, or the window lost the focus: neither is a wish to leave.
      if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) hadFocus.current = false;
    };
    element.addEventListener('focusin', handleFocus);
    element.addEventListener('focusout', handleLeave);
    return () => {
      element.removeEventListener('focusin', handleFocus);
      element.removeEventListener('focusout', handleLeave);
    };
  }, [table]);

  return { active, activeIndex, setActive };
}
