import { toMicroError } from '../../shared/contract/errors.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { LogEntry, ReloadNews, ServerAddresses } from '../server/index.ts';
import type { CliContext } from './context.ts';
import { readyJson } from './readyJson.ts';
import type { ServerConsole } from './serverConsole.ts';
import type { ServerLog } from './serverLog.ts';
import { cliVersion } from './version.ts';

/** Everything is an entry of the log, on stderr; stdout stays empty but for the ready line of --json. */
export class LoggedConsole implements ServerConsole {
  constructor(
    private readonly context: Pick<CliContext, 'json' | 'out'>,
    private readonly log: ServerLog,
  ) {}

  add(entry: LogEntry): void {
    this.log.add(entry);
  }
  addEvent(event: ActionEvent): void {
    this.log.addEvent(event);
  }
  addNotice(notice: Notice): void {
    this.log.addNotice(notice);
  }
  addReload(news: ReloadNews): void {
    this.log.addReload(news);
  }

  ready(addresses: ServerAddresses, ui: string | undefined): void {
    const { gateway, proxy, pid, reachable, moved } = addresses;
    for (const sentence of moved) this.log.say(sentence, undefined, 'warn');
    if (reachable && !reachable.fingerprint)
      this.log.say('without TLS; everybody on the way reads tokens and data', undefined, 'warn');
    // The link to the window lets in whoever reads it, so it is in no log.
    this.log.say(`micro server ${cliVersion} is ready`, { gateway, proxy, pid, ...(reachable ? { reachable } : {}) });
    if (this.context.json) this.context.out.json(readyJson(addresses, ui));
    else if (ui !== undefined) this.context.out.line(ui);
  }

  say(text: string): void {
    this.log.say(text);
  }
  warn(text: string): void {
    this.log.say(text, undefined, 'warn');
  }
  fail(thrown: unknown): void {
    const { message, code, next } = toMicroError(thrown);
    this.log.say(message, { code, ...(next === undefined ? {} : { next }) }, 'error');
  }
}
