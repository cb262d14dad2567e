import { Command, CommanderError, Option } from 'commander';
import type { VerbEntry } from './verb.ts';

/** Options that every verb takes, as commander parses them. */
export interface ParsedCommonOptions {
  json?: boolean;
  quiet?: boolean;
  home?: string;
  color?: boolean;
  environment?: string;
  yes?: string;
}

/** A command line taken apart: which verb, with what. */
export interface ParsedLine {
  entry: VerbEntry;
  args: readonly string[];
  options: Record<string, unknown> & ParsedCommonOptions;
}

/** What stands around the parsed words. */
export interface ProgramOptions {
  version: string;
  verbs: readonly VerbEntry[];
  /** The verb whose arguments and options are needed; the others are only listed. */
  wanted: string | undefined;
  writeOut: (text: string) => void;
  writeErr: (text: string) => void;
  helpWidth: number | undefined;
  styleTitle: (text: string) => string;
}

/**
 * The program with all verbs by name and the wanted one in full. `chosen` is called with what was parsed. Commander's own
 * exits become a thrown CommanderError.
 */
export async function buildProgram(options: ProgramOptions, chosen: (line: ParsedLine) => void): Promise<Command> {
  const program = new Command('micro');
  program
    .description('Run and see a system of microservices on this machine.')
    .usage('<verb> [options]')
    .version(options.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [verb]', 'print help of a verb')
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: options.writeOut, writeErr: options.writeErr, outputError: () => {} })
    .configureHelp({
      styleTitle: options.styleTitle,
      ...(options.helpWidth === undefined ? {} : { helpWidth: options.helpWidth }),
    })
    .addHelpText('after', `\n${EXAMPLES}`);
  addCommonOptions(program);
  for (const entry of options.verbs) {
    program.commandsGroup(`${entry.group}:`);
    const command = program.command(entry.name).description(entry.summary).exitOverride();
    if (entry.name === options.wanted) (await entry.load()).configure(command);
    addCommonOptions(command);
    command.action(() => {
      chosen({ entry, args: command.args, options: { ...program.opts(), ...command.opts() } });
    });
  }
  return program;
}

const EXAMPLES = `Examples:
  micro server --project examples/shop   run the sample project in this terminal
  micro status                           see what runs
  micro logs orders -f                   follow what a service writes
  micro run -- node worker.js            add a program and start it

Exit codes: 0 fine, 1 failed, 2 not allowed or bad usage, 4 not found or no server, 130 interrupted.
`;

function addCommonOptions(command: Command): void {
  const group = 'Common options:';
  for (const option of [
    new Option('--json', 'print JSON: one value, or one object a line for what streams'),
    new Option('-q, --quiet', 'print nothing but what was asked for, and errors'),
    new Option('--home <dir>', 'data folder (default: MICRO_HOME, else ~/.micro)'),
    new Option(
      environmentFlags(command),
      'work on an environment of micro env (default: MICRO_ENVIRONMENT, else micro env set)',
    ),
    new Option('--yes <environment>', 'end or delete there without being asked: names the environment'),
    new Option('--no-color', 'no colours; also by NO_COLOR (FORCE_COLOR forces them)'),
  ]) {
    // `--no-color` alone makes commander default to true, which would hide "not said".
    if (option.long === '--no-color') option.default(undefined);
    command.addOption(option.helpGroup(group));
  }
}

/** micro's own flag, where the verb has no other use for the letter. */
function environmentFlags(command: Command): string {
  const isFree = !command.options.some(({ short }) => short === '-e');
  return isFree ? '-e, --environment <name>' : '--environment <name>';
}

/** Adds examples to a verb's help: pairs of a command line and what it does. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, text]) => `  ${line.padEnd(width)}   ${text}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Common options whose value is the next word. */
const VALUED = new Set(['--home', '--environment', '-e', '--yes']);

/** The first word that is not an option: the verb, as far as can be told before parsing. */
export function wantedVerb(words: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (VALUED.has(word)) index++;
    else if (word === 'help') return words[index + 1];
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

/** Whether commander ended on purpose, e.g. after printing help. */
export function isHelpExit(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
