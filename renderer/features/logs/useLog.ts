import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ReadPlace } from './keptPlace.ts';
import { LogController } from './LogController.ts';
import type { LogSnapshot } from './logSnapshot.ts';
import { logSocket } from './LogSocket.ts';
import type { LogFilter, LogSource } from './logSource.ts';
import { SocketLogSource } from './SocketLogSource.ts';

/** Opens the log that a filter stands for. */
export type OpenLogSource = (filter: LogFilter) => LogSource;

const openOnServer: OpenLogSource = (filter) => new SocketLogSource(logSocket(), filter);

/**
 * The controller of a log view. `filterKey` names the filter: while it stays the same, so does the log; when it changes,
 * the old one is closed, and the new one begins at the line that was being read, if it shows it. While not `visible` there
 * is no open log: nothing is sent for what nobody sees.
 */
export function useLog(
  filterKey: string,
  visible: boolean,
  open: OpenLogSource = openOnServer,
): LogController | undefined {
  const [controller, setController] = useState<LogController>();
  const reading = useRef<ReadPlace | undefined>(undefined);
  useEffect(() => {
    if (!visible) return undefined;
    const source = open(JSON.parse(filterKey) as LogFilter);
    const created = new LogController(source, reading.current);
    setController(created);
    return () => {
      reading.current = created.readPlace();
      created.dispose();
      source.close();
    };
  }, [filterKey, open, visible]);
  return controller;
}

/**
 * One plain value out of what the view draws; who uses it is drawn again only when that value changes. In a flood the log
 * changes twenty times a second, and the bars around it do not.
 */
export function useLogPart<T extends string | number | boolean | undefined>(
  controller: LogController,
  pick: (snapshot: LogSnapshot) => T,
): T {
  return useSyncExternalStore(controller.subscribe, () => pick(controller.snapshot()));
}

/** What the view draws; drawn again on each change of the log or of the place. */
export function useLogSnapshot(controller: LogController): LogSnapshot {
  return useSyncExternalStore(controller.subscribe, controller.snapshot);
}
