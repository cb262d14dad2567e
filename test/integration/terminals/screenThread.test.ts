import { pathToFileURL } from 'node:url';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, type LogEntry } from '../../../electron/server/base/logger.ts';
import type { CapturedScreen, TerminalScreen } from '../../../electron/server/terminals/terminalScreen.ts';
import { ThreadScreens } from '../../../electron/server/terminals/threadScreens.ts';
import { bundledWorker } from '../../helpers/bundle.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { PROMPT, useTerminals } from '../../helpers/terminalFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const makeTerminals = useTerminals();
const capture = (screen: TerminalScreen): Promise<CapturedScreen> => new Promise((resolve) => screen.capture(resolve));

describe('screens in a thread of their own', () => {
  const entries: LogEntry[] = [];
  const made: ThreadScreens[] = [];
  let file: URL;
  const makeScreens = (worker = file): ThreadScreens => {
    const screens = new ThreadScreens(
      worker,
      createLogger((entry) => entries.push(entry)),
    );
    made.push(screens);
    return screens;
  };

  beforeAll(async () => {
    file = pathToFileURL(await bundledWorker('screenWorker'));
  });
  afterEach(async () => {
    entries.length = 0;
    await Promise.all(made.splice(0).map((screens) => screens.stop()));
  });

  it('draw, answer, resize and tell titles in order, each its own', async () => {
    const screens = makeScreens();
    const [one, two] = [screens.create(20, 5), screens.create(30, 6)];
    const replies: string[] = [];
    const titles: string[] = [];
    one.onDidReply((reply) => replies.push(reply));
    two.onDidChangeTitle((title) => titles.push(title));
    let drawn = 0;
    for (let i = 0; i < 100; i++) one.write(Buffer.from(`line ${i}\r\n`), () => drawn++);
    expect(one.backlog).toBeGreaterThan(0);
    one.write(Buffer.from('ab\u001b[6n'));
    two.write(Buffer.from('\u001b]0;two\u0007second 👩‍👩‍👧‍👧'));
    one.resize(40, 8);
    const captured = await capture(one);
    expect(captured).toMatchObject({ cols: 40, rows: 8 });
    expect(captured.screen).toContain('line 0');
    expect(captured.screen).toContain('line 99');
    expect(drawn).toBe(100);
    expect(one.backlog).toBe(0);
    expect(replies).toEqual(['\u001b[5;3R']);
    expect((await capture(two)).screen).toBe('second 👩‍👩‍👧‍👧');
    expect(titles).toEqual(['two']);
    one.dispose();
    expect(one.backlog).toBe(0);
  });

  it('come back empty when the thread dies, and nobody waits for ever', async () => {
    const dying = join(await tempFolder('dying'), 'dying.mjs');
    await writeFile(
      dying,
      `import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ type }) => { if (type === 'capture') throw new Error('too much'); });`,
    );
    const screens = makeScreens(pathToFileURL(dying));
    const screen = screens.create(20, 5);
    let drawn = false;
    screen.write(Buffer.from('gone'), () => {
      drawn = true;
    });
    expect(await capture(screen)).toEqual({ screen: '', cols: 20, rows: 5 });
    expect(drawn).toBe(true);
    expect(screen.backlog).toBe(0);
    expect(entries.at(-1)?.message).toContain('too much');
  });

  it('serve a real shell: questions are answered and the screen comes back', async () => {
    const terminals = await makeTerminals(makeScreens());
    const { facts, socket } = await terminals.shell();
    socket.types('seq 1 2000; IFS=";" read -sdR -p $\'\\e[6n\' row col; echo "<column $col>"\r');
    await waitFor('the answer', () => /<column \d+>/.test(socket.text));
    const again = terminals.look(facts.id);
    await waitFor('the prompt', () => again.text.includes(PROMPT.trim(), again.text.indexOf('<column')));
    expect(again.last('state')?.screen).toContain('1999');
  });
});
