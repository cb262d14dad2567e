import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { LogEntry, ReloadNews, ServerAddresses } from '../server/index.ts';

/** Where a server that runs in this terminal says what happens. */
export interface ServerConsole {
  /** A message of the server's own log. */
  add(entry: LogEntry): void;
  addEvent(event: ActionEvent): void;
  addNotice(notice: Notice): void;
  addReload(news: ReloadNews): void;
  /** It listens; `ui` is a link to the window that was asked for. */
  ready(addresses: ServerAddresses, ui: string | undefined): void;
  /** What becomes of the server itself: `stopping (SIGTERM)`. */
  say(text: string): void;
  /** Said even to those who want to hear little. */
  warn(text: string): void;
  fail(error: unknown): void;
}
