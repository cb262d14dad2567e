import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectedText } from '../../../renderer/features/logs/copyRows.ts';
import { LogController } from '../../../renderer/features/logs/LogController.ts';
import { type FrameClock, LivePace } from '../../../renderer/features/logs/livePace.ts';
import { LogSocket } from '../../../renderer/features/logs/LogSocket.ts';
import type { LogFilter, SearchProgress } from '../../../renderer/features/logs/logSource.ts';
import { lineEnd } from '../../../renderer/features/logs/selection.ts';
import { SocketLogSource } from '../../../renderer/features/logs/SocketLogSource.ts';
import { FakeLogSockets } from '../../helpers/fakes/fakeLogSocket.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const everything: LogFilter = { services: [], run: 0, sinceUs: 0, untilUs: 0, levels: [], stream: '' };
const never = new AbortController().signal;

/** The window's end of a log view against the server's, with only the network taken out. */
/** Nothing is drawn here: what arrived is taken as drawn in the next turn of the event loop. */
const noFrames: FrameClock = {
  now: () => performance.now(),
  afterInput: (callback) => callback(),
  afterFrame: (callback) => void setImmediate(callback),
  wait: (callback) => callback(),
};

describe('log view of the window on the server', () => {
  let f: LogStoreFixture;
  let sockets: FakeLogSockets;
  let socket: LogSocket;
  const sources: SocketLogSource[] = [];
  const controllers: LogController[] = [];

  beforeEach(async () => {
    f = await LogStoreFixture.create({ limits: { segmentBytes: 50_000 } });
    sockets = new FakeLogSockets();
    sockets.prepare = (opened) => {
      f.store.openViews({
        send: (text) => opened.sayText(text),
        onMessage: (listener) => {
          opened.handleSent = listener;
        },
        onClose: (listener) => {
          opened.handleClosed = listener;
        },
      });
      queueMicrotask(() => opened.accept());
    };
    socket = new LogSocket(sockets.open);
  });
  afterEach(async () => {
    for (const controller of controllers.splice(0)) controller.dispose();
    for (const source of sources.splice(0)) source.close();
    await f.dispose();
  });

  function open(filter: Partial<LogFilter> = {}): SocketLogSource {
    const source = new SocketLogSource(socket, { ...everything, ...filter }, new LivePace(noFrames));
    sources.push(source);
    return source;
  }

  async function opened(filter: Partial<LogFilter> = {}): Promise<SocketLogSource> {
    const source = open(filter);
    await waitFor('the log to be open', () => source.extent().status === 'open' && !source.extent().scanning);
    return source;
  }

  function controllerOf(source: SocketLogSource): LogController {
    const controller = new LogController(source);
    controllers.push(controller);
    controller.setViewport(400);
    return controller;
  }

  async function fill(service: string, count: number): Promise<Awaited<ReturnType<LogStoreFixture['run']>>> {
    const writer = await f.run(service);
    const start = nowUs();
    for (let i = 1; i <= count; i++) {
      const level = i % 1000 === 0 ? 'ERROR' : 'INFO';
      writer.write('stdout', Buffer.from(`${level} \u001b[32mline\u001b[0m ${i}\n`), start + i);
      if (i % 500 === 0) await writer.whenDrained();
    }
    await f.store.flushed([service]);
    return writer;
  }

  const shownTexts = (controller: LogController): string[] =>
    controller
      .snapshot()
      .placed.filter(({ top }) => top >= 0 && top < 400)
      .map(({ row }) => controller.row(row)?.text ?? '')
      .map((text) => text.replaceAll(/\u001b\[\d*m/gu, ''));

  it('UI-03 lines 10 to 900 are copied exactly, with few of them here and new lines arriving', async () => {
    const writer = await fill('svc', 5000);
    const source = await opened();
    const controller = controllerOf(source);
    const [from, to] = [
      await source.locate({ service: 'svc', run: 1, line: 10 }, never),
      await source.locate({ service: 'svc', run: 1, line: 900 }, never),
    ];
    controller.showRow(from ?? -1);
    controller.setSelection({ anchor: { row: from ?? -1, column: 0 }, focus: { row: to ?? -1, column: lineEnd } });
    writer.write('stdout', Buffer.from('INFO later\n'), nowUs());
    const text = await selectedText(source, controller.copyable() ?? expect.fail('nothing is selected'), never);
    const wanted = Array.from({ length: 891 }, (_, index) => index + 10);
    expect(text.split('\n')).toEqual(wanted.map((line) => `${line % 1000 === 0 ? 'ERROR' : 'INFO'} line ${line}`));
  });

  it('UI-03 everything is copied, and a search covers every stored line', async () => {
    await fill('svc', 5000);
    const source = await opened();
    const controller = controllerOf(source);
    controller.selectAll();
    const lines = (
      await selectedText(source, controller.copyable() ?? expect.fail('nothing is selected'), never)
    ).split('\n');
    expect(lines).toHaveLength(5000);
    expect(lines[4320]).toBe('INFO line 4321');
    let last: SearchProgress | undefined;
    await source.search({ pattern: 'line 4321$', regex: true, caseSensitive: true }, (state) => (last = state), never);
    expect(last).toMatchObject({ count: 1, done: true });
    controller.showRow(last?.rows[0] ?? -1);
    await waitFor('the match on the screen', () => shownTexts(controller).includes('INFO line 4321'));
  });

  it('LOG-08 who reads older lines stays there while lines arrive, and sees how many wait', async () => {
    const writer = await fill('svc', 2000);
    const source = await opened();
    const controller = controllerOf(source);
    await waitFor('the last line on the screen', () => shownTexts(controller).at(-1) === 'ERROR line 2000');
    controller.scrollBy(-4000);
    await waitFor('all rows on the screen', () => shownTexts(controller).every((text) => text !== ''));
    const before = shownTexts(controller);
    for (let i = 0; i < 300; i++) writer.write('stdout', Buffer.from(`new ${i} ${'x'.repeat(3000)}\n`), nowUs());
    await waitFor('300 lines that wait', () => controller.snapshot().waiting >= 300);
    expect(shownTexts(controller)).toEqual(before);
    controller.follow();
    await waitFor('the newest line on the screen', () => shownTexts(controller).at(-1)?.startsWith('new 299') === true);
    expect(controller.snapshot().waiting).toBe(0);
  });

  it('details that are opened at the lower edge come into view whole, and stay while lines arrive', async () => {
    const writer = await fill('svc', 200);
    const source = await opened();
    const controller = controllerOf(source);
    await waitFor('the last line on the screen', () => shownTexts(controller).at(-1) === 'INFO line 200');
    const last = source.extent().end - 1;
    controller.toggle(last);
    // What the view measures once the details are drawn.
    controller.measure(new Map([[last, 140]]));
    const placed = () => controller.snapshot().placed.find(({ row }) => row === last);
    expect(placed()).toEqual({ row: last, top: 260 });
    writer.write('stdout', Buffer.from('more\nand more\n'), nowUs());
    await waitFor('two lines that wait', () => controller.snapshot().waiting === 2);
    expect(placed()).toEqual({ row: last, top: 260 });
    // Details taller than the view begin at its upper edge.
    controller.toggle(last);
    controller.toggle(last);
    controller.measure(new Map([[last, 900]]));
    expect(placed()).toEqual({ row: last, top: 0 });
  });

  it('the current row is where keys lead: Home takes it along, and the end lets go of one that is left behind', async () => {
    await fill('svc', 200);
    const controller = controllerOf(await opened());
    controller.showRow(100);
    controller.goHome();
    expect(controller.snapshot().cursor).toBe(0);
    controller.follow();
    expect(controller.snapshot().cursor).toBeUndefined();
    controller.moveCursor(-1, false);
    const { cursor } = controller.snapshot();
    controller.follow();
    expect(controller.snapshot().cursor).toBe(cursor);
  });

  it('what was read and selected is there again after the server was started anew', async () => {
    await fill('svc', 3000);
    const source = await opened();
    const controller = controllerOf(source);
    const row = (await source.locate({ service: 'svc', run: 1, line: 1500 }, never)) ?? -1;
    controller.showRow(row);
    await waitFor('the row on the screen', () => shownTexts(controller).includes('INFO line 1500'));
    controller.setSelection({ anchor: { row, column: 5 }, focus: { row: row + 1, column: 4 } });
    const before = shownTexts(controller);
    sockets.last.breakOff();
    expect(source.extent().status).toBe('lost');
    expect(shownTexts(controller)).toEqual(before);
    await f.reopen();
    // A service whose lines come first moves every row number.
    await fill('other', 10);
    await waitFor(
      'the selection in the new view',
      () => source.extent().generation === 2 && controller.snapshot().selection !== undefined,
    );
    await waitFor('all rows on the screen', () => shownTexts(controller).every((text) => text !== ''));
    expect(shownTexts(controller)).toEqual(before);
    const selection = controller.copyable() ?? expect.fail('the selection is lost');
    expect(await selectedText(source, selection, never)).toBe('line 1500\nINFO');
    expect(controller.snapshot().waiting).toBe(0);
  });

  it('a filter on the server, the next error, a moment and the counts over time agree', async () => {
    const writer = await fill('svc', 3000);
    await writer.end(exited);
    const errors = await opened({ levels: ['error', 'fatal'] });
    // One divider and three lines.
    expect(errors.extent()).toMatchObject({ first: 0, end: 4 });
    const source = await opened();
    const found = await source.find(0, 1, { levels: ['error'] }, never);
    expect((await source.rows(found ?? -1, (found ?? -1) + 1, never))[0]?.text).toContain('1000');
    expect(await source.find(found ?? -1, -1, { levels: ['error'] }, never)).toBeUndefined();
    const moment = (await source.rows(found ?? -1, (found ?? -1) + 1, never))[0]?.timeUs ?? 0;
    expect(await source.rowAt(moment, never)).toBe(found);
    const { counts } = await source.histogram(10, never);
    expect(counts.reduce((sum, [all]) => sum + all, 0)).toBe(3000);
    expect(counts.reduce((sum, [, , bad]) => sum + bad, 0)).toBe(3);
  });

  it('a pattern that the server refuses is said with its reason', async () => {
    await fill('svc', 1);
    const source = open({ search: { pattern: '(a', regex: true, caseSensitive: false } });
    await waitFor('the refusal', () => source.extent().problem !== undefined);
    expect(source.extent().problem?.message).toContain('(a');
  });
});
