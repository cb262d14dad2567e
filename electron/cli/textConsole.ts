import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { LogEntry, ReloadNews, ServerAddresses } from '../server/index.ts';
import { ActionReport } from './actionReport.ts';
import type { CliContext } from './context.ts';
import { readyJson } from './readyJson.ts';
import type { ServerConsole } from './serverConsole.ts';
import { ServerReport } from './serverReport.ts';
import { cliVersion } from './version.ts';

/** For people; with --json stdout holds the ready line alone, so that a program can read it, and what follows goes to stderr. */
export class TextConsole implements ServerConsole {
  private readonly report: ActionReport;
  private readonly news: ServerReport;

  constructor(private readonly context: CliContext) {
    this.report = new ActionReport(context.json ? { ...context, out: context.err } : context);
    this.news = new ServerReport(context, this.report);
  }

  /** The log has all of it; a terminal gets what is not as it should be. */
  add(entry: LogEntry): void {
    if (entry.level !== 'warn' && entry.level !== 'error') return;
    const { err, json } = this.context;
    if (json) err.json(entry);
    else err.line(`${err.colours.yellow(`${entry.level}:`)} ${entry.message}${fieldsOf(entry.fields)}`);
  }

  addEvent(event: ActionEvent): void {
    this.report.add(event);
  }
  addNotice(notice: Notice): void {
    this.news.addNotice(notice);
  }
  addReload(news: ReloadNews): void {
    this.news.addReload(news);
  }
  say(text: string): void {
    this.context.say(text);
  }
  warn(text: string): void {
    if (!this.context.json) this.context.err.line(text);
  }
  fail(error: unknown): void {
    const { err } = this.context;
    err.line(`${err.colours.red('error:')} ${error instanceof Error ? error.message : String(error)}`);
  }

  ready(addresses: ServerAddresses, ui: string | undefined): void {
    const { out, err, home, json } = this.context;
    const { gateway, proxy, pid, reachable, moved } = addresses;
    if (json) {
      out.json(readyJson(addresses, ui));
      return;
    }
    for (const sentence of moved) err.line(`${err.colours.yellow('note:')} ${sentence}`);
    out.line(`micro server ${cliVersion} is ready (pid ${pid})`);
    out.line(`  gateway  ${out.colours.cyan(gateway)}`);
    out.line(`  proxy    ${out.colours.cyan(proxy)}`);
    out.line(`  home     ${home}`);
    if (reachable) {
      out.line(`  reach    ${out.colours.cyan(reachable.api)} from other machines`);
      if (reachable.gateway) out.line(`  public   ${out.colours.cyan(reachable.gateway)}`);
      if (reachable.fingerprint) out.line(`  SHA-256  ${reachable.fingerprint}`);
      else err.line(`${err.colours.red('WARNING:')} without TLS; everybody on the way reads tokens and data`);
    }
    if (ui !== undefined) out.line(`  window   ${out.colours.cyan(ui)}`);
    this.context.say('  Ctrl-C stops everything');
  }
}

function fieldsOf(fields: Record<string, unknown> | undefined): string {
  if (!fields) return '';
  const text = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
  return text.length > 0 ? ` (${text.join(', ')})` : '';
}
