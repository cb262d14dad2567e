import type { MenuItemConstructorOptions } from 'electron';

/** How many services are how, as the tray tells it. */
export interface ServiceCounts {
  running: number;
  failed: number;
  /** On the way up or down. */
  changing: number;
}

/** What the tray can do. */
export interface TrayActions {
  open: () => void;
  runAll: () => void;
  stopAll: () => void;
  quit: () => void;
}

/** Counts by the contract's words. */
export function countServices(services: readonly { status: string }[]): ServiceCounts {
  const counts: ServiceCounts = { running: 0, failed: 0, changing: 0 };
  for (const { status } of services) {
    if (status === 'STATUS_RUNNING') counts.running += 1;
    else if (status === 'STATUS_ERROR') counts.failed += 1;
    else if (status !== 'STATUS_STOPPED' && status !== 'STATUS_UNKNOWN' && status !== undefined) counts.changing += 1;
  }
  return counts;
}

/** One line, e.g. `6 running, 1 failed`. */
export function trayText(counts: ServiceCounts | undefined): string {
  if (counts === undefined) return 'No server';
  const parts = [`${counts.running} running`];
  if (counts.changing > 0) parts.push(`${counts.changing} changing`);
  if (counts.failed > 0) parts.push(`${counts.failed} failed`);
  return parts.join(', ');
}

/** The menu of the tray. What cannot be done now is shown grey. */
export function trayMenu(counts: ServiceCounts | undefined, actions: TrayActions): MenuItemConstructorOptions[] {
  const live = counts !== undefined && counts.running + counts.changing > 0;
  return [
    { label: trayText(counts), enabled: false },
    { type: 'separator' },
    { label: 'Open Micro Desktop', click: actions.open },
    { label: 'Run All', enabled: counts !== undefined, click: actions.runAll },
    { label: 'Stop All', enabled: live, click: actions.stopAll },
    { type: 'separator' },
    { label: 'Quit Micro Desktop', click: actions.quit },
  ];
}
