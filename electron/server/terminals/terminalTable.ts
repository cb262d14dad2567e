import { MicroError } from '../../../shared/contract/errors.ts';
import type { TerminalEnd } from '../../../shared/contract/terminal.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Terminal } from './terminal.ts';

/** Longest name of a terminal, characters. */
const MAX_NAME_LENGTH = 80;

/** What is known of a terminal; times are ms since 1970. */
export interface TerminalFacts {
  id: string;
  name: string;
  /** What the program in it calls itself; empty for nothing. */
  title: string;
  /** The service whose folder and environment it has, or whose terminal it is; empty for a free shell. */
  service: string;
  /** True: the terminal of a service with `tty: true`; false: a shell. */
  live: boolean;
  folder: string;
  pid: number;
  startedAt: number;
  ended?: TerminalEnd;
}

/** A terminal in the table. What it is called by itself (title, end) stands in the terminal, not here. */
export interface TerminalEntry {
  facts: TerminalFacts;
  terminal: Terminal;
}

/** The terminals that there are, whatever they are for, in the order of their opening. */
export class TerminalTable implements Disposable {
  private readonly entries = new Map<string, TerminalEntry>();
  private readonly changes = new Emitter<void>();

  /** The list, or something known of one of them, changed. */
  readonly onDidChange = this.changes.event;

  get size(): number {
    return this.entries.size;
  }

  add(entry: TerminalEntry): void {
    this.entries.set(entry.facts.id, entry);
    entry.terminal.onDidChange(() => this.changes.fire());
  }

  find(id: string): TerminalEntry | undefined {
    return this.entries.get(id);
  }

  /** Takes it out; whoever does so ends what runs in it and disposes of it. */
  remove(id: string): void {
    if (this.entries.delete(id)) this.changes.fire();
  }

  list(): TerminalFacts[] {
    return [...this.entries.values()].map(factsOf);
  }

  /** What is known of a terminal; throws `terminal.not-found`. */
  facts(id: string): TerminalFacts {
    const entry = this.entries.get(id);
    if (!entry) throw notFound(id);
    return factsOf(entry);
  }

  /** The name, or the first of it with a number that no terminal has: two shells side by side are told apart. */
  freeName(name: string): string {
    const taken = new Set(this.list().map((facts) => facts.name));
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
    return free;
  }

  /** Gives it another name; an empty one is refused. */
  rename(id: string, name: string): TerminalFacts {
    const entry = this.entries.get(id);
    if (!entry) throw notFound(id);
    const clean = cleanName(name);
    if (clean === '') throw new MicroError('api.invalid', 'the name of a terminal is empty');
    entry.facts.name = clean;
    this.changes.fire();
    return factsOf(entry);
  }

  dispose(): void {
    this.entries.clear();
    this.changes.dispose();
  }
}

/** A name as it may be shown in one line: control characters would let it draw where it should not. */
export function cleanName(name: string): string {
  return name
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);
}

/** Says that there is no terminal with this id. */
export function notFound(id: string): MicroError {
  return new MicroError('terminal.not-found', `there is no terminal "${id}"`, {
    next: 'it was closed, or ended with an earlier server; open another one',
  });
}

function factsOf({ facts, terminal }: TerminalEntry): TerminalFacts {
  const { title, ended } = terminal;
  return { ...facts, title, ...(ended ? { ended } : {}) };
}
