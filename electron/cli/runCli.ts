import { setMaxListeners } from 'node:events';
import { CommanderError } from 'commander';
import { isCancelled } from '../../shared/client/clientError.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import { wantsColour } from './colours.ts';
import { placeOf } from '../server/environments/environment.ts';
import { microHome } from '../server/findServer.ts';
import { confirmBy } from './confirm.ts';
import { connectToServer } from './connect.ts';
import type { CliContext } from './context.ts';
import { exitCode, exitCodeOf } from './exitCode.ts';
import { type InputStream, type LocalTerminal, localTerminal } from './localTerminal.ts';
import { Output, type OutputStream } from './output.ts';
import { checkPlace, findPlace, type Place } from './place.ts';
import { buildProgram, isHelpExit, type ParsedCommonOptions, type ParsedLine, wantedVerb } from './program.ts';
import { reportError } from './reportError.ts';
import { usageError } from './usageError.ts';
import type { VerbEntry } from './verb.ts';
import { verbs } from './verbs.ts';
import { cliVersion } from './version.ts';

/** What the command line runs in: a process, or a test. */
export interface CliWorld {
  /** The words after the program's name. */
  words: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Where signals come from. */
  process: {
    on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
    removeListener(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  };
}

/** Exit code of shells for a program ended by SIGTERM (128 + 15). */
const TERMINATED = 143;

/** Runs one command line and resolves with the exit code once everything is written. */
export async function runCli(world: CliWorld): Promise<number> {
  const separator = world.words.indexOf('--');
  const words = separator < 0 ? world.words : world.words.slice(0, separator);
  const rest = separator < 0 ? undefined : world.words.slice(separator + 1);
  const controller = new AbortController();
  // Every call under way listens to it, and a verb may have many; Node would warn of a leak on standard error.
  setMaxListeners(0, controller.signal);
  const option = words.includes('--no-color') ? false : undefined;
  const colour = (stream: OutputStream): boolean =>
    wantsColour({ isTerminal: stream.isTTY === true, env: world.env, option });
  const out = new Output(world.stdout, colour(world.stdout), () => controller.abort());
  const err = new Output(world.stderr, colour(world.stderr));
  // Before parsing, an error can only guess how it is wanted.
  const wantsJson = words.includes('--json');

  let interruptedBy: number | undefined;
  const stopOn = (code: number) => (): void => {
    interruptedBy ??= code;
    controller.abort();
  };
  const handleInterrupt = stopOn(exitCode.interrupted);
  const handleTerminate = stopOn(TERMINATED);
  world.process.on('SIGINT', handleInterrupt);
  world.process.on('SIGTERM', handleTerminate);
  try {
    const dynamic = await runUnknownVerb(world, words, { out, err, rest, signal: controller.signal });
    if (dynamic !== undefined) return interruptedBy ?? dynamic;
    refuseHelpOfNothing(words);
    const line = await parse(words, out, err);
    if (!line) return exitCode.fine;
    const home = microHome(line.options.home, world.env);
    const place = await findPlace(home, line.options.environment, world.env);
    checkPlace(line.entry, place);
    const context = createContext(world, line.options, place, { out, err, rest, signal: controller.signal });
    sayPlace(context, line.entry);
    const verb = await line.entry.load();
    const code = await verb.run(context, line.args, line.options);
    // `micro server` handles its signals itself and ends well by them.
    return line.entry.name === 'server' ? code : (interruptedBy ?? code);
  } catch (error) {
    if (interruptedBy !== undefined && (isCancelled(error) || controller.signal.aborted)) return interruptedBy;
    // Nobody reads: the work ended early, as asked.
    if (out.isClosed) return exitCode.fine;
    return exitCodeOf(reportError({ err, json: wantsJson }, error));
  } finally {
    world.process.removeListener('SIGINT', handleInterrupt);
    world.process.removeListener('SIGTERM', handleTerminate);
    await Promise.all([out.flushed(), err.flushed()]);
  }
}

/**
 * A first word that is no verb is a program `micro-<word>` on PATH, else a service that is called. Undefined when it is
 * neither, or when no server runs: then it is bad usage.
 */
async function runUnknownVerb(
  world: CliWorld,
  words: readonly string[],
  parts: Pick<CliContext, 'out' | 'err' | 'rest' | 'signal'>,
): Promise<number | undefined> {
  const word = wantedVerb(words);
  if (word === undefined || word === 'help' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(word)) return undefined;
  if (verbs.some(({ name }) => name === word)) return undefined;
  const { externalVerb, runExternalVerb, runServiceCommand } = await import('./serviceCommand.ts');
  const { options, others } = commonOptions(words);
  const place = await findPlace(microHome(options.home, world.env), options.environment, world.env);
  const context = createContext(world, options, place, parts);
  const rest = others.slice(1);
  const program = await externalVerb(word, world.env);
  if (program) return runExternalVerb(program, rest, context);
  const connection = await context.connect().catch(() => undefined);
  if (!connection) return undefined;
  const { services } = await connection.client.desktop.status({}, { signal: context.signal });
  if (!services.some(({ name }) => name === word)) {
    const { coreServices } = await import('../../shared/client/coreServices.ts');
    const core = await coreServices(connection.client, context.signal);
    if (!core.includes(word)) return undefined;
  }
  return runServiceCommand(context, connection.client, word, rest);
}

/** Help that is asked for about a word that is neither verb nor service is not the help of everything. */
function refuseHelpOfNothing(words: readonly string[]): void {
  const word = wantedVerb(words);
  if (word === undefined || word === 'help' || verbs.some(({ name }) => name === word)) return;
  if (words.includes('--help') || words.includes('-h'))
    throw usageError(`unknown command '${word}'`, 'see: micro --help; services are known while a server runs');
}

/** Takes the options that every verb has out of the words; fields of an endpoint may have any other name. */
function commonOptions(words: readonly string[]): { options: ParsedCommonOptions; others: string[] } {
  const options: ParsedCommonOptions = {};
  const others: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (word === '--json') options.json = true;
    else if (word === '-q' || word === '--quiet') options.quiet = true;
    else if (word === '--no-color') options.color = false;
    else if (word === '--home') options.home = words[++index] ?? '';
    else if (word.startsWith('--home=')) options.home = word.slice('--home='.length);
    else if (word === '-e' || word === '--environment') options.environment = words[++index] ?? '';
    else if (word.startsWith('--environment=')) options.environment = word.slice('--environment='.length);
    else if (word === '--yes') options.yes = words[++index] ?? '';
    else if (word.startsWith('--yes=')) options.yes = word.slice('--yes='.length);
    else others.push(word);
  }
  return { options, others };
}

async function parse(words: readonly string[], out: Output, err: Output): Promise<ParsedLine | undefined> {
  let line: ParsedLine | undefined;
  const program = await buildProgram(
    {
      version: cliVersion,
      verbs,
      wanted: wantedVerb(words),
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      helpWidth: out.columns,
      styleTitle: (text) => out.colours.bold(text),
    },
    (parsed) => {
      line = parsed;
    },
  );
  if (words.length === 0) {
    program.outputHelp();
    return undefined;
  }
  try {
    await program.parseAsync(words as string[], { from: 'user' });
  } catch (error) {
    if (isHelpExit(error)) return undefined;
    if (error instanceof CommanderError) throw toUsageError(error, words);
    throw error;
  }
  return line;
}

/** Commander's complaint in our words: no "error:" before it, and where to read on. */
function toUsageError(error: CommanderError, words: readonly string[]): MicroError {
  const verb = wantedVerb(words);
  const known = verbs.some((entry) => entry.name === verb);
  // Commander writes its suggestion on a second line.
  const [message = 'the command line cannot be understood', suggestion] = error.message
    .replace(/^error: /, '')
    .split('\n');
  const hint = suggestion?.replace(/^\(|\)$/g, '');
  const read = known ? `micro ${verb} --help` : 'micro --help';
  return usageError(message, hint ? `${hint.charAt(0).toLowerCase()}${hint.slice(1)} (see: ${read})` : `see: ${read}`);
}

function createContext(
  world: CliWorld,
  options: ParsedCommonOptions,
  place: Place,
  parts: Pick<CliContext, 'out' | 'err' | 'rest' | 'signal'>,
): CliContext {
  const json = options.json === true;
  const quiet = options.quiet === true;
  const home = microHome(options.home, world.env);
  const terminal = (): LocalTerminal | undefined => localTerminal(world.stdin, world.stdout);
  const confirmAt: CliContext['confirmAt'] = (at) =>
    confirmBy({ place: at, yes: options.yes, err: parts.err, terminal: json ? undefined : terminal() });
  const confirm = confirmAt(place);
  return {
    ...parts,
    json,
    quiet,
    home,
    cwd: world.cwd,
    env: world.env,
    get terminal() {
      return terminal();
    },
    place,
    namespace: place.environment?.namespace ?? 'micro',
    confirm,
    confirmAt,
    connect: () => connectToServer(home, place, confirm),
    say(text) {
      if (!json && !quiet) parts.out.line(text);
    },
  };
}

/** Off `local`, a person at a terminal always sees where a command works. */
function sayPlace({ place, err, json, quiet }: CliContext, { works }: VerbEntry): void {
  if (!place.environment || works !== undefined || json || quiet || !err.isTerminal) return;
  err.line(err.colours.dim(`on ${place.name}, ${placeOf(place.environment)}`));
}
