import { resolve } from 'node:path';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exitCode.ts';
import { type ExportFile, openExportFile } from '../exportFile.ts';
import { LogPrinter, type LogStyle } from '../logPrinter.ts';
import { DEFAULT_LINES, type LogOptions, parseLogOptions } from '../logQuery.ts';
import { createColours } from '../colours.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro logs`: what services wrote. */
export const logsVerb: Verb = {
  configure(command) {
    command
      .argument(
        '[names...]',
        'names of services, "micro" for the server itself, "gateway" or "proxy" for their requests (default: every service)',
      )
      .option('-n, --lines <n>', `the last N lines (default: ${DEFAULT_LINES}; 0: none, useful with -f)`)
      .option('-f, --follow', 'go on with new lines until ctrl-C')
      .option('--all', 'every line of every run')
      .option('--run <n>', 'only one run: its number, or "last"')
      .option('--since <time>', 'from then on: 5m, 2h, 12:03, 2026-01-31, ISO 8601')
      .option('--until <time>', 'up to then')
      .option('--grep <text>', 'only lines with this text, in any case')
      .option('--regex <pattern>', 'only lines that match')
      .option('--case-sensitive', 'mind the case of --grep and --regex')
      .option('--level <level>', 'this level and worse: trace, debug, info, warn, error, fatal')
      .option(
        '--stream <stream>',
        'only stdout, stderr, tty, build, micro (remarks of the server), or otlp (OpenTelemetry)',
      )
      .option('-C, --context <n>', 'lines before and after each match')
      .option('-t, --times', 'the time before each line')
      .option('--count', 'print only the number of lines that match')
      .option('--export <file>', 'write every matching line to a file')
      .option('--force', 'let --export replace a file');
    addExamples(command, [
      ['micro logs orders', `the last ${DEFAULT_LINES} lines`],
      ['micro logs orders cart -f', 'two services in order of time, going on'],
      ['micro logs orders -n 5', 'exactly five lines'],
      ['micro logs orders --run last', 'only since its last start'],
      ['micro logs --level error --since 1h', 'what went wrong in the last hour'],
      ['micro logs orders --grep timeout --count', 'how often'],
      ['micro logs micro', 'what the server itself says'],
      ['micro logs gateway -f', 'each request through the gateway, as it ends'],
    ]);
  },
  async run(context, args, options) {
    const names = [...new Set(args)];
    const request = parseLogOptions(options as LogOptions, Date.now());
    const { client } = await context.connect();
    const responses = client.desktop.readLogs(
      { ...request, query: { ...request.query, services: names } },
      { signal: context.signal },
    );
    if (request.countOnly) {
      let count = 0;
      for await (const response of responses) count += response.count;
      if (context.json) context.out.json({ count });
      else context.out.line(`${count}`);
      return exitCode.fine;
    }
    const style: LogStyle = {
      json: context.json,
      names: names.length === 0 ? 'all' : names.length === 1 ? 'none' : names,
      times: options.times === true,
    };
    if (typeof options.export === 'string') {
      const path = resolve(context.cwd, options.export);
      return exportTo(context, path, options.force === true, responses, style);
    }
    const { out } = context;
    const target = { write: (text: string) => out.write(text), colours: out.colours, isTerminal: out.isTerminal };
    const printer = new LogPrinter(target, style, request.follow && names.length === 1);
    try {
      for await (const { records, skipped } of responses) {
        if (context.signal.aborted) break;
        if (skipped > 0) warnSkipped(context, skipped);
        for (const record of records) printer.print(record);
        await out.drained();
      }
    } finally {
      printer.finish();
    }
    return exitCode.fine;
  },
};

async function exportTo(
  context: CliContext,
  path: string,
  replace: boolean,
  responses: AsyncIterable<{ records: Parameters<LogPrinter['print']>[0][] }>,
  style: LogStyle,
): Promise<ExitCode> {
  let file: ExportFile | undefined;
  let printer: LogPrinter | undefined;
  let count = 0;
  for await (const { records } of responses) {
    // Opened with the first answer, so that an unknown name leaves no empty file behind.
    file ??= await openExportFile(path, replace);
    const open = file;
    printer ??= new LogPrinter(
      { write: (text) => open.write(text), colours: createColours(false), isTerminal: false },
      style,
      false,
    );
    count += records.length;
    for (const record of records) printer.print(record);
    await file.drained();
  }
  file ??= await openExportFile(path, replace);
  printer?.finish();
  await file.close();
  if (context.json) context.out.json({ file: path, lines: count });
  else context.say(`${count === 1 ? '1 line' : `${count} lines`} written to ${path}`);
  return exitCode.fine;
}

function warnSkipped({ err, json }: CliContext, skipped: number): void {
  if (json) err.json({ skipped });
  else
    err.line(err.colours.yellow(`… ${skipped} lines came faster than they were read; they are kept: micro logs --all`));
}
