import { afterEach, describe, expect, it } from 'vitest';
import { Screen } from '../../../electron/server/terminals/screen.ts';
import { Terminal } from '../../../electron/server/terminals/terminal.ts';
import { terminalFlow } from '../../../shared/contract/terminal.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { FakeProgram } from '../../helpers/fakes/fakeProgram.ts';
import { FakeTerminalSocket } from '../../helpers/fakes/fakeTerminalSocket.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const made: Terminal[] = [];
afterEach(() => {
  for (const terminal of made.splice(0)) terminal.dispose();
});

function setUp({ mayPause = true, answers = true } = {}) {
  const clock = new FakeClock();
  const terminal = new Terminal({ screen: new Screen(80, 24), clock, mayPause, answers });
  made.push(terminal);
  const program = new FakeProgram();
  terminal.run(program);
  const look = async (draws = true): Promise<FakeTerminalSocket> => {
    const socket = new FakeTerminalSocket(draws);
    terminal.attach(socket);
    await waitFor('the screen', () => socket.last('state') !== undefined);
    return socket;
  };
  /** Lets so much time pass that what has been said so far is passed on. */
  const passedOn = (): Promise<void> => clock.advance(10);
  return { clock, terminal, program, look, passedOn };
}

describe('a terminal', () => {
  it('gives whoever looks the screen as it is, then what comes, in order', async () => {
    const { program, look, passedOn } = setUp();
    program.says('one\r\n');
    const socket = await look();
    program.says('two\r\n');
    program.says('three\r\n');
    await passedOn();
    await waitFor('all', () => socket.text.includes('three'));
    expect(socket.last('state')?.screen).toMatch(/^one/);
    expect(socket.text).toMatch(/two\r\nthree\r\n$/);
  });

  it('loses nothing that is written while a screen is on its way', async () => {
    const { terminal, program, passedOn } = setUp();
    const socket = new FakeTerminalSocket();
    program.says('a');
    terminal.attach(socket);
    program.says('b');
    await passedOn();
    await waitFor('both', () => socket.text.includes('b'));
    expect(socket.text).toBe('ab');
  });

  it('leaves questions of the program to a viewer that is a terminal itself', async () => {
    const { program, look } = setUp({ answers: false });
    const socket = await look();
    program.says('\u001b[6n\u001b[cready');
    await waitFor('the text', () => socket.text.includes('ready'));
    socket.types('\u001b[40;7R');
    await look();
    expect(program.input).toBe('\u001b[40;7R');
  });

  it('passes on what is typed and answers questions of the program itself', async () => {
    const { program, look } = setUp();
    const socket = await look();
    socket.types('ls\r');
    program.says('\u001b[6n');
    await waitFor('the answer', () => program.input.includes('R'));
    expect(program.input).toBe('ls\r\u001b[1;1R');
  });

  it('TRM-01 has one size for all: program, screen and everybody else are told', async () => {
    const { terminal, program, look } = setUp();
    const [one, other] = [await look(), await look()];
    one.tell({ type: 'resize', cols: 100, rows: 30 });
    one.tell({ type: 'resize', cols: 100, rows: 30 });
    expect(program.sizes).toEqual(['80x24', '100x30']);
    expect(other.last('resized')).toEqual({ type: 'resized', cols: 100, rows: 30 });
    expect(one.last('resized')).toBeUndefined();
    expect([terminal.screen.cols, terminal.screen.rows]).toEqual([100, 30]);
    one.tell({ type: 'resize', cols: 1e9, rows: -3 });
    expect(program.sizes.at(-1)).toBe('1000x24');
  });

  it('makes a program wait that writes faster than it is drawn, and lets it go on', async () => {
    const { program, look, passedOn } = setUp();
    const slow = await look(false);
    program.says('x'.repeat(terminalFlow.high + 1));
    await passedOn();
    expect(program.paused).toBe(true);
    slow.tell({ type: 'ack', bytes: terminalFlow.high - terminalFlow.low });
    expect(program.paused).toBe(true);
    slow.tell({ type: 'ack', bytes: terminalFlow.low });
    await waitFor('the program to go on', () => !program.paused);
  });

  it('goes on when the one it waited for goes away', async () => {
    const { program, look, passedOn } = setUp();
    const slow = await look(false);
    program.says('x'.repeat(terminalFlow.high + 1));
    await passedOn();
    expect(program.paused).toBe(true);
    slow.goes();
    await waitFor('the program to go on', () => !program.paused);
  });

  it('cuts off a viewer that draws nothing for half a minute, and only that one', async () => {
    const { clock, program, look, passedOn } = setUp();
    const hung = await look(false);
    const good = await look();
    program.says('x'.repeat(terminalFlow.high + 1));
    await passedOn();
    expect(program.paused).toBe(true);
    await clock.advance(30_001);
    expect(hung.closed?.code).toBe(1013);
    expect(good.closed).toBeUndefined();
    await waitFor('the program to go on', () => !program.paused);
  });

  it('never makes a service wait: a slow viewer misses output and gets the screen anew', async () => {
    const { program, look, passedOn } = setUp({ mayPause: false });
    const slow = await look(false);
    const fast = await look();
    for (let i = 0; i < 40; i++) {
      program.says(`${'x'.repeat(terminalFlow.high / 10)}\r\n`);
      await passedOn();
    }
    program.says('the end');
    await passedOn();
    expect(program.paused).toBe(false);
    expect(slow.bytes).toBeLessThan(terminalFlow.high * 2);
    expect(slow.text).not.toContain('the end');
    slow.tell({ type: 'ack', bytes: slow.bytes });
    await waitFor('a new screen', () => slow.text.includes('the end'));
    expect(slow.messages.filter(({ type }) => type === 'state')).toHaveLength(2);
    expect(fast.text).toContain('the end');
  });

  it('says how its program ended, to those who look and to those who come later', async () => {
    const { terminal, program, look } = setUp();
    const early = await look();
    program.says('bye');
    program.ends({ code: 3 });
    expect(early.last('ended')?.ended).toMatchObject({ code: 3 });
    expect(early.text).toContain('bye');
    const late = await look();
    expect(late.last('state')?.ended).toMatchObject({ code: 3 });
    expect(terminal.ended).toMatchObject({ code: 3 });
    early.types('into the void');
    expect(program.input).toBe('');
  });

  it('says the end after the last words, also to one whose screen was on its way when both came', async () => {
    const { terminal, program } = setUp();
    const socket = new FakeTerminalSocket();
    let textAtEnd: string | undefined;
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      send(data);
      const message = socket.messages.at(-1);
      const ended = message?.type === 'ended' || (message?.type === 'state' && message.ended !== undefined);
      if (ended) textAtEnd ??= socket.text;
    };
    terminal.attach(socket);
    program.says('last words');
    program.ends({ code: 3 });
    await waitFor('the end', () => textAtEnd !== undefined);
    expect(textAtEnd).toContain('last words');
  });

  it('TRM-07 leaves no mode of a killed program to the next one in the same terminal, and keeps what scrolled', async () => {
    const { terminal, program, look } = setUp();
    const socket = await look();
    program.says('before\r\n\u001b[?1049h\u001b[?1003h\u001b[?1006h\u001b[?2004h\u001b[?25l');
    program.ends({ signal: 'SIGKILL' });
    expect(terminal.ended).toMatchObject({ signal: 'SIGKILL' });
    const next = new FakeProgram(1001);
    terminal.run(next);
    expect(socket.last('started')).toBeDefined();
    next.says('$ ');
    const again = await look();
    const { screen } = again.last('state') as { screen: string };
    expect(screen).toContain('before');
    expect(screen).toContain('$ ');
    expect(screen).not.toMatch(/\[\?(1049|1003|1006|2004)h|\[\?25l/);
    expect(program.isHeard).toBe(false);
    again.types('x');
    expect(next.input).toBe('x');
  });

  it('tells its title, also to those who come later, and forgets it with the program', async () => {
    const { terminal, program, look } = setUp();
    const socket = await look();
    program.says('\u001b]0;build 3/7\u0007');
    await waitFor('the title', () => socket.last('title')?.title === 'build 3/7');
    expect((await look()).last('title')?.title).toBe('build 3/7');
    program.ends({ code: 0 });
    terminal.run(new FakeProgram());
    expect(terminal.title).toBe('');
  });

  it('closes the socket of one who does not speak its language', async () => {
    const { look } = setUp();
    for (const nonsense of [
      'no json',
      '7',
      '{"type":"else"}',
      '{"type":"resize","cols":"wide"}',
      '{"type":"ack","bytes":-1}',
    ]) {
      const socket = await look();
      socket.tell(nonsense);
      expect(socket.closed?.code).toBe(1007);
    }
  });

  it('cuts off one who types more than the program takes', async () => {
    const { program, look } = setUp();
    const socket = await look();
    program.unwritten = 65 * 1024 * 1024;
    socket.types('more');
    expect(socket.closed?.code).toBe(1009);
    expect(program.input).toBe('');
  });

  it('tells everybody when it is closed', async () => {
    const { terminal, program, look } = setUp();
    const socket = await look();
    terminal.dispose();
    terminal.dispose();
    expect(socket.closed?.code).toBe(1001);
    expect(program.isHeard).toBe(false);
  });
});
