import { basename } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { languageOf } from '../project/languageOf.ts';

/** Which debugger a runtime opens. */
export type DebuggerKind = 'node' | 'python' | 'java' | 'go';

/** A command with the debugger of its runtime open. */
export interface DebugLaunch {
  kind: DebuggerKind;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Where it listens; undefined: it says so in its output. */
  port: number | undefined;
  /** Has to end with 0 first: whether the debugger is installed. */
  probe?: { argv: readonly string[]; next: string };
}

const host = '127.0.0.1';

/**
 * Adds the debugger of the runtime to a command. Programs that only start others (npm, mvn) hand it on by a variable; the
 * port is then chosen by the runtime, because each of the processes would want the same one. Throws `debug.unsupported`.
 */
export function debugLaunch(argv: readonly string[], language: string, port: number): DebugLaunch {
  const [program = '', ...rest] = argv;
  const name = basename(program.replaceAll('\\', '/')).replace(/\.(exe|cmd|bat)$/i, '');
  if (name === 'node') {
    return { kind: 'node', argv: [program, `--inspect=${host}:${port}`, ...rest], env: {}, port };
  }
  if (/^python[\d.]*$/.test(name)) {
    const options = rest.slice(0, interpreterOptions(rest));
    return {
      kind: 'python',
      argv: [program, ...options, '-m', 'debugpy', '--listen', `${host}:${port}`, ...rest.slice(options.length)],
      env: {},
      port,
      probe: { argv: [program, '-c', 'import debugpy'], next: `Install it: ${program} -m pip install debugpy` },
    };
  }
  if (name === 'java') {
    return { kind: 'java', argv: [program, `-agentlib:${jdwp(port)}`, ...rest], env: {}, port };
  }
  const delve = { argv: ['dlv', 'version'], next: 'Install it: go install github.com/go-delve/delve/cmd/dlv@latest' };
  const listen = ['--headless', `--listen=${host}:${port}`, '--api-version=2', '--accept-multiclient', '--continue'];
  if (name === 'go' && rest[0] === 'run') {
    const { flags, targets, args } = goRunParts(rest.slice(1));
    const build = flags.length > 0 ? [`--build-flags=${flags.join(' ')}`] : [];
    const words = ['dlv', 'debug', ...targets, ...listen, ...build, '--', ...args];
    return { kind: 'go', argv: words, env: {}, port, probe: delve };
  }
  // A shell that was written out hides what it starts.
  const isShell = /^(sh|bash|zsh|dash)$/.test(name) && rest[0] === '-c';
  switch (isShell ? languageOf({ text: rest[1] ?? '', argv: [], shell: true }) : language) {
    case 'js':
    case 'ts':
      return { kind: 'node', argv, env: { NODE_OPTIONS: `--inspect=${host}:0` }, port: undefined };
    case 'java':
      return { kind: 'java', argv, env: { JAVA_TOOL_OPTIONS: `-agentlib:${jdwp(0)}` }, port: undefined };
    case 'go':
      return { kind: 'go', argv: ['dlv', 'exec', program, ...listen, '--', ...rest], env: {}, port, probe: delve };
    default:
      throw new MicroError('debug.unsupported', `it is not known how to debug "${argv.join(' ')}"`, {
        next: 'node, python, java and go can be debugged; start it in your editor and attach it: micro attach.',
      });
  }
}

/** How many words before the program are options of the Python interpreter; they stay before the module of the debugger. */
function interpreterOptions(words: readonly string[]): number {
  let count = 0;
  for (;;) {
    const word = words[count] ?? '';
    // -W and -X have a value, in the same word or the next one.
    if (/^-[WX]$/.test(word)) count += 2;
    else if (/^-[WX].|^-[bBdEiIOPqsSuvx]+$/.test(word)) count++;
    else return count;
  }
}

/** Build flags of go that take a value in the next word unless it is joined with `=`. */
const goFlagsWithValue =
  /^--?(C|p|asmflags|buildmode|compiler|exec|gccgoflags|gcflags|installsuffix|ldflags|mod|modfile|overlay|pgo|pkgdir|tags|toolexec)$/;

/** The words after `go run`: flags of the build, then a package or some Go files, then what the program gets. */
function goRunParts(words: readonly string[]): { flags: string[]; targets: string[]; args: string[] } {
  let at = 0;
  while (words[at]?.startsWith('-')) at += goFlagsWithValue.test(words[at] as string) ? 2 : 1;
  const flags = words.slice(0, at);
  let end = at;
  while (words[end]?.endsWith('.go')) end++;
  if (end === at) end++;
  const targets = words.slice(at, end);
  return { flags: [...flags], targets: targets.length > 0 ? [...targets] : ['.'], args: words.slice(end) };
}

function jdwp(port: number): string {
  return `jdwp=transport=dt_socket,server=y,suspend=n,address=${host}:${port}`;
}
