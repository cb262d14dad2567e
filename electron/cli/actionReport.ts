import { statusWord } from '../../shared/client/serviceWords.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../shared/contract/gen/state_pb.ts';
import type { CliContext } from './context.ts';
import { displayWidth } from './displayWidth.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import type { Output } from './output.ts';
import { reportError } from './reportError.ts';
import { statusColour } from './statusColour.ts';
import { printableText } from './terminalText.ts';

/** How an action is summed up. */
export interface ActionWords {
  /** What became of the services, e.g. `running`. */
  done: string;
  /** What did not happen, e.g. `start`. */
  verb: string;
}

/** Widest name that others are padded to; a longer one pushes only its own line. */
const MAX_NAME_WIDTH = 24;

/** Shortest pad of names, so that lines of the first services do not jump when a longer name follows. */
const MIN_NAME_WIDTH = 12;

/** Reasons that change faster than this, ms, are not worth a line each: a start passes through several in a second. */
const REASON_LASTS_MS = 3000;

/**
 * Says what an action does while it does it, and at the end the true outcome per service. With --json each event is one
 * object a line. The exit code is 1 when a service did not get where it should.
 */
export async function reportAction(
  context: CliContext,
  events: AsyncIterable<ActionEvent>,
  words: ActionWords,
): Promise<ExitCode> {
  const report = new ActionReport(context);
  for await (const event of events) report.add(event);
  return report.finish(words);
}

/** Prints events of actions; see {@link reportAction}. */
export class ActionReport {
  private readonly outcomes = new Map<string, ActionEvent>();
  private nameWidth = MIN_NAME_WIDTH;
  private readonly lastSaid = new Map<string, { status: Status; text: string; at: number }>();

  constructor(
    private readonly context: CliContext,
    private readonly now: () => number = Date.now,
  ) {}

  /** Says something of a service beside the actions, in line with them; `details` stand indented below. */
  say(service: string, text: string, details: readonly string[] = []): void {
    const { out } = this.context;
    out.line(`${out.colours.bold(this.padded(service))}  ${text}`);
    this.sayDetails(out, details);
  }

  add(event: ActionEvent): void {
    if (event.done) this.outcomes.set(event.service, event);
    if (this.context.json) {
      this.context.out.json(toJson(event));
      return;
    }
    this.addText(event);
  }

  /** Sums up and says what failed, with the last lines of its log. */
  finish(words: ActionWords): ExitCode {
    const failed = [...this.outcomes.values()].filter((event) => !event.ok);
    const reached = this.outcomes.size - failed.length;
    if (failed.length === 0) {
      if (this.outcomes.size === 0) this.context.say(`nothing to ${words.verb}`);
      else this.context.say(`${countServices(reached)} ${words.done}`);
      return exitCode.fine;
    }
    const names = failed.map((event) => event.service);
    const reason = failed.length === 1 ? `: ${failed[0]?.text || statusWord(failed[0]!.status)}` : '';
    reportError(
      this.context,
      new MicroError('service.failed', `${names.join(', ')} did not ${words.verb}${reason}`, {
        next: (failed.length === 1 && failed[0]?.next) || `read the log: micro logs ${names[0]}`,
        details: { services: names.join(',') },
      }),
    );
    return exitCode.failed;
  }

  /** A new status is news; a new reason for the same status only once it has lasted, as most are gone in a moment. */
  private isNews(event: ActionEvent, text: string): boolean {
    // What it waits for follows at once.
    if (event.status === Status.PENDING && event.text === '') return false;
    const last = this.lastSaid.get(event.service);
    if (!last || last.status !== event.status) return true;
    return last.text !== text && this.now() - last.at >= REASON_LASTS_MS;
  }

  private addText(event: ActionEvent): void {
    const { out, err, quiet } = this.context;
    const failed = event.done && !event.ok;
    // What went wrong is said in spite of --quiet, and on stderr, where it is not taken for a result.
    const stream = failed ? err : out;
    if (quiet && !failed) return;
    const { colours } = stream;
    const text = event.text || statusWord(event.status);
    if (!failed && !this.isNews(event, text)) return;
    this.lastSaid.set(event.service, { status: event.status, text, at: this.now() });
    stream.line(`${colours.bold(this.padded(event.service))}  ${statusColour(colours, event.status)(text)}`);
    if (failed) this.sayDetails(stream, event.lastLines);
  }

  private padded(service: string): string {
    this.nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(this.nameWidth, displayWidth(service)));
    return service + ' '.repeat(Math.max(0, this.nameWidth - displayWidth(service)));
  }

  private sayDetails(stream: Output, lines: readonly string[]): void {
    const { colours } = stream;
    for (const line of lines) {
      stream.line(
        `${' '.repeat(this.nameWidth)}  ${colours.dim('│')} ${printableText(line, colours.isColorSupported)}`,
      );
    }
  }
}

function toJson(event: ActionEvent): Record<string, unknown> {
  return {
    service: event.service,
    status: statusWord(event.status),
    text: event.text,
    done: event.done,
    ...(event.done ? { ok: event.ok } : {}),
    ...(event.done && !event.ok ? { lastLines: event.lastLines, next: event.next } : {}),
  };
}

function countServices(count: number): string {
  return count === 1 ? '1 service' : `${count} services`;
}
