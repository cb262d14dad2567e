import { afterEach } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import { createLogger, type LogEntry } from '../../electron/server/base/logger.ts';
import { SystemProcessTrees } from '../../electron/server/host/processTrees.ts';
import { PtyLauncher } from '../../electron/server/host/ptyLauncher.ts';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { localScreens } from '../../electron/server/terminals/screen.ts';
import type { OpenTerminal } from '../../electron/server/terminals/shellPrograms.ts';
import { TerminalHost } from '../../electron/server/terminals/terminalHost.ts';
import type { TerminalFacts } from '../../electron/server/terminals/terminalTable.ts';
import type { Screens } from '../../electron/server/terminals/terminalScreen.ts';
import { FakeTerminalSocket } from './fakes/fakeTerminalSocket.ts';
import { checkProcessLeaks } from './leakCheck.ts';
import { tempFolder } from './tempFolder.ts';
import { waitFor } from './waitFor.ts';

/** What a prompt looks like in shells of these tests. */
export const PROMPT = 'ready> ';

/**
 * Returns a maker of terminal hosts with real shells for the tests of one file. Each is stopped after its test; what is
 * then still alive fails the test.
 */
export function useTerminals(): (screens?: Screens) => Promise<TerminalFixture> {
  const mark = checkProcessLeaks();
  const made: TerminalFixture[] = [];
  afterEach(async () => {
    for (const fixture of made.splice(0)) await fixture.host.stop();
  });
  return async (screens = localScreens) => {
    const fixture = new TerminalFixture(await tempFolder('terminals'), mark, screens);
    made.push(fixture);
    return fixture;
  };
}

/** Real shells (bash without the user's own start-up files) in a folder of their own. */
export class TerminalFixture {
  readonly entries: LogEntry[] = [];
  readonly host: TerminalHost;
  readonly trees = new SystemProcessTrees({ table: createProcessTable() });

  constructor(
    readonly folder: string,
    mark: Readonly<Record<string, string>>,
    screens: Screens,
  ) {
    const env = { ...mark, PATH: process.env['PATH'] ?? '', HOME: folder, SHELL: '/bin/bash', PS1: PROMPT };
    this.host = new TerminalHost({
      launcher: new PtyLauncher(),
      screens,
      trees: this.trees,
      clock: systemClock,
      logger: createLogger((entry) => this.entries.push(entry)),
      environment: () => Promise.resolve(env),
      servicePlace: (service) =>
        Promise.resolve({ folder, env: { ...env, PORT: '4001', MICRO_SERVICE_NAME: service, API_KEY: 'secret' } }),
    });
  }

  /** Opens a terminal; bash unless `argv` says otherwise. */
  open(wanted: Partial<OpenTerminal> = {}): Promise<TerminalFacts> {
    return this.host.shells.open({
      argv: ['bash', '--norc', '--noprofile'],
      service: '',
      folder: this.folder,
      name: '',
      cols: 80,
      rows: 24,
      ...wanted,
    });
  }

  /** Looks at a terminal from now on. */
  look(id: string, draws = true): FakeTerminalSocket {
    const socket = new FakeTerminalSocket(draws);
    this.host.attach(id, socket);
    return socket;
  }

  /** Opens a shell, looks at it and waits for its prompt. */
  async shell(wanted: Partial<OpenTerminal> = {}): Promise<{ facts: TerminalFacts; socket: FakeTerminalSocket }> {
    const facts = await this.open(wanted);
    const socket = this.look(facts.id);
    await waitFor('the prompt', () => socket.text.includes(PROMPT));
    return { facts, socket };
  }
}
