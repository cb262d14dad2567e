import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { ReloadNews } from '../server/index.ts';
import type { ActionReport } from './actionReport.ts';
import type { CliContext } from './context.ts';
import { formatDuration } from './duration.ts';

/** Lines of a compiler's message that are worth the terminal of the server; the log has all of them. */
const MAX_MESSAGE_LINES = 12;

/** Notices whose matter the console tells in its own words anyway. */
const TOLD_OTHERWISE = new Set(['build.failed', 'service.failed']);

/** Says in the terminal of a server what nobody asked for: notices, and what became of saved files. */
export class ServerReport {
  constructor(
    private readonly context: CliContext,
    private readonly actions: Pick<ActionReport, 'say'>,
  ) {}

  addNotice({ level, service, text, code }: Notice): void {
    const { context } = this;
    if (context.json) {
      context.err.json({ notice: { level, service, text, code } });
      return;
    }
    if (TOLD_OTHERWISE.has(code) || (context.quiet && level === 'info')) return;
    const { colours } = context.err;
    const word = { error: colours.red('error:'), warn: colours.yellow('warning:') }[level] ?? colours.cyan('note:');
    context.err.line(`${word} ${service && !text.includes(service) ? `${service}: ` : ''}${text}`);
  }

  addReload({ service, reload }: ReloadNews): void {
    const { context, actions } = this;
    const { file, files, outcome, tookMs, message } = reload;
    if (context.json) {
      context.err.json({ reload: { service: service.name, file, files, outcome, tookMs, message } });
      return;
    }
    const { colours } = context.out;
    const what = files > 1 ? `${file} and ${files - 1} more` : file;
    if (outcome === 'swapped' || outcome === 'restarted') {
      if (!context.quiet)
        actions.say(service.name, `reloaded in ${formatDuration(tookMs)} ${colours.dim(`(${what})`)}`);
      return;
    }
    const serves = service.instances.length > 0 ? ', old version serving' : '';
    const [failure, ...details] = [
      outcome === 'build-failed' ? 'build failed' : 'the new version did not get ready',
      ...message.split('\n'),
    ];
    const shown = details.filter((line) => line.trim() !== '').slice(0, MAX_MESSAGE_LINES);
    actions.say(service.name, `${colours.red(`${failure}${serves}`)} ${colours.dim(`(${what})`)}`, shown);
  }
}
