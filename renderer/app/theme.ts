import { createTheme, Menu, Modal, Popover } from '@mantine/core';
import classes from './theme.module.css';

/** What all floating parts share. Scroll locking would put a <style> tag into the page, which its policy forbids. */
const float = { withinPortal: true, transitionProps: { duration: 120, transition: 'fade' as const } };

/** Mantine in the product's looks. Colours and sizes come from ui/mantine.css; here are defaults and class names. */
export const theme = createTheme({
  primaryColor: 'indigo',
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: 'md',
  cursorType: 'default',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        ...float,
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
        // It is the head of a dialog, not the banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
      classNames: {
        content: classes.modal ?? '',
        header: classes.modalHeader ?? '',
        title: classes.modalTitle ?? '',
        body: classes.modalBody ?? '',
      },
    }),
    Menu: Menu.extend({
      defaultProps: {
        ...float,
        width: 'max-content',
        // The placeholder that Mantine focuses first is no menu item, which assistive technology trips over.
        withInitialFocusPlaceholder: false,
        // It slides along an edge of the window rather than over it.
        middlewares: { flip: true, shift: { crossAxis: true, padding: 8 } },
      },
      classNames: {
        dropdown: classes.menu ?? '',
        item: classes.menuItem ?? '',
        label: classes.menuLabel ?? '',
        divider: classes.menuDivider ?? '',
      },
    }),
    Popover: Popover.extend({ defaultProps: float, classNames: { dropdown: classes.popover ?? '' } }),
  },
});
