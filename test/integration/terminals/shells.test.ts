import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { terminalFlow } from '../../../shared/contract/terminal.ts';
import { PROMPT, useTerminals } from '../../helpers/terminalFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const makeTerminals = useTerminals();
/** A loaded machine draws a flood slowly. */
const FLOOD_MS = 50_000;

describe('a shell', () => {
  it("runs in the folder of a service with the service's environment", async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell({ service: 'orders', folder: '' });
    expect(facts).toMatchObject({ service: 'orders', live: false, folder: terminals.folder, name: 'bash: orders' });
    socket.types('echo "<$PWD $PORT $MICRO_SERVICE_NAME $API_KEY $TERM>"\r');
    await waitFor('its line', () => socket.text.includes(`<${terminals.folder} 4001 orders secret xterm-256color>`));
  });

  it('has a name of its own beside others of the same service, and one that is free again is used again', async () => {
    const terminals = await makeTerminals();
    const open = async (): Promise<{ id: string; name: string }> =>
      (await terminals.shell({ service: 'orders', folder: '' })).facts;
    const [first, second] = [await open(), await open()];
    expect([first.name, second.name]).toEqual(['bash: orders', 'bash: orders 2']);
    await terminals.host.shells.close(first.id);
    expect((await open()).name).toBe('bash: orders');
  });

  it('TRM-01 has the size of the grid as the very first thing, ten at once', async () => {
    const terminals = await makeTerminals();
    const opened = await Promise.all(
      Array.from({ length: 10 }, (_, i) => terminals.open({ argv: ['stty', 'size'], cols: 31 + i, rows: 7 })),
    );
    const sockets = opened.map(({ id }) => terminals.look(id));
    for (const [i, socket] of sockets.entries()) await waitFor('the size', () => socket.text.includes(`7 ${31 + i}`));
  });

  it('TRM-01 fits its lines to the grid after a storm of sizes, and loses no prompt', async () => {
    const terminals = await makeTerminals();
    const { socket } = await terminals.shell({ cols: 120, rows: 20 });
    // One program: in a loop of its own bash takes no notice of a Ctrl-C between two commands, and may even end by it.
    socket.types(`python3 -uc "import os; exec('while 1: print(*os.get_terminal_size()[::-1])')"\r`);
    await waitFor('some lines', () => socket.text.includes('20 120'));
    for (let i = 0; i < 50; i++) {
      socket.tell({ type: 'resize', cols: 40 + ((i * 7) % 90), rows: 20 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.tell({ type: 'resize', cols: 57, rows: 19 });
    socket.types('\u0003');
    await waitFor('the prompt', () => socket.text.trimEnd().endsWith(PROMPT.trim()));
    socket.types('clear; stty size; printf "%0*d" $(tput cols) 0; echo\r');
    await waitFor('the size', () => socket.text.includes('19 57'));
    const again = terminals.look((terminals.host.list()[0] as { id: string }).id);
    await waitFor('a line as wide as the grid', () => again.text.includes('0'.repeat(57)));
    expect(again.last('state')).toMatchObject({ cols: 57, rows: 19 });
  });

  it('TRM-03 takes a paste of 1 MB byte by byte, also by a program that reads slowly', async () => {
    const terminals = await makeTerminals();
    const text = Array.from({ length: 60_000 }, (_, i) => `line ${i} {"a":1}\n`).join('');
    expect(text.length).toBeGreaterThan(1_000_000);
    const file = join(terminals.folder, 'pasted');
    const { socket } = await terminals.shell();
    socket.types('stty -echo; cat > pasted; echo d""one\r');
    await new Promise((resolve) => setTimeout(resolve, 200));
    // As the window sends it: a line ends with CR, as Enter does, in pieces of 64 KB.
    const typed = text.replaceAll('\n', '\r');
    for (let at = 0; at < typed.length; at += 65_536) socket.types(typed.slice(at, at + 65_536));
    socket.types('\u0004');
    await waitFor('the end', () => socket.text.includes('done'), FLOOD_MS);
    const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(hash(await readFile(file))).toBe(hash(text));

    const slow = text.slice(0, text.indexOf('line 1500 '));
    await writeFile(
      join(terminals.folder, 'slow.cjs'),
      `const fs = require('fs');
const lines = require('readline').createInterface({ input: process.stdin, terminal: false });
let count = 0;
lines.on('line', (line) => {
  fs.appendFileSync('slowly', line + '\\n');
  if (++count % 50 === 0) { lines.pause(); setTimeout(() => lines.resume(), 10); }
});
lines.on('close', () => console.log('slow ' + 'end'));`,
    );
    socket.types(`${process.execPath} slow.cjs\r`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.types(`${slow.replaceAll('\n', '\r')}\u0004`);
    await waitFor('the slow end', () => socket.text.includes('slow end'), FLOOD_MS);
    expect(await readFile(join(terminals.folder, 'slowly'), 'utf8')).toBe(slow);
  });

  it('TRM-05 erases whole characters that were typed', async () => {
    const terminals = await makeTerminals();
    const { socket } = await terminals.shell();
    socket.types('echo "<é\u007f猫\u007fok>"\r');
    await waitFor('its line', () => socket.text.includes('<ok>'));
  });

  it('TRM-07 is followed by another one in the same tab without the modes it left, killed with its program', async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell();
    socket.types("printf '\\033[?1049h\\033[?1003h\\033[?1006h\\033[?2004h\\033[?25l'; sleep 619\r");
    await waitFor('sleep', async () =>
      (await terminals.host.shells.running(facts.id)).some((line) => line.includes('619')),
    );
    const key = { pid: facts.pid, startTime: '', marker: `terminal-${facts.id}` };
    await terminals.trees.signal(key, 'SIGKILL');
    await waitFor('its end', () => socket.last('ended')?.ended.signal === 'SIGKILL');
    const again = await terminals.host.shells.runAgain(facts.id);
    expect(again.pid).not.toBe(facts.pid);
    expect(again.id).toBe(facts.id);
    const late = terminals.look(facts.id);
    await waitFor('the prompt of both', () => late.text.split(PROMPT).length >= 3);
    expect(late.last('state')?.screen).not.toMatch(/\u001b\[\?(1049|1003|1006)h|\u001b\[\?25l/);
  });

  it('shows the same screen to one who comes back, with the same process behind it', async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell();
    socket.types('x=kept; seq 100 120\r');
    await waitFor('the numbers', () => socket.text.includes('120'));
    socket.goes();
    const again = terminals.look(facts.id);
    await waitFor('the screen', () => again.text.includes('120'));
    expect(again.text).toContain('100');
    again.types('echo "<$x $$>"\r');
    await waitFor('its line', () => again.text.includes(`<kept ${facts.pid}>`));
  });

  it('says with which code or signal it ended, and everything it wrote before', async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell();
    socket.types('seq 1 3000; exit 7\r');
    await waitFor('its end', () => socket.last('ended') !== undefined);
    expect(socket.last('ended')?.ended).toMatchObject({ code: 7 });
    expect(socket.text).toContain('3000\r\n');
    expect(terminals.host.facts(facts.id).ended).toMatchObject({ code: 7 });
    await expect(terminals.host.shells.close(facts.id)).resolves.toBeUndefined();
    expect(terminals.host.list()).toEqual([]);
  });

  it('ends with everything in it when it is closed, whatever ignores the hang-up', async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell();
    socket.types('(trap "" HUP; exec sleep 7301) & nohup setsid sleep 7302 >/dev/null & sleep 7303\r');
    await waitFor('three', async () => {
      const commands = await terminals.host.shells.running(facts.id);
      return ['7301', '7302', '7303'].every((number) => commands.some((line) => line.includes(number)));
    });
    await terminals.host.shells.close(facts.id);
    const left = (await createProcessTable().list()).filter(({ command }) => /sleep 730[123]/.test(command));
    expect(left).toEqual([]);
    expect(socket.closed?.code).toBe(1001);
  });

  it('runs a command instead of a shell when one is given', async () => {
    const terminals = await makeTerminals();
    const facts = await terminals.open({ argv: ['sh', '-c', 'echo $PORT; exit 4'], service: 'orders' });
    const socket = terminals.look(facts.id);
    await waitFor('its end', () => terminals.host.facts(facts.id).ended !== undefined);
    await waitFor('its line', () => socket.text.includes('4001'));
    expect(terminals.host.facts(facts.id).ended).toMatchObject({ code: 4 });
  });

  it('is refused with a reason: too many, no folder, no program, no such terminal', async () => {
    const terminals = await makeTerminals();
    await expect(terminals.open({ folder: '/gone' })).rejects.toMatchObject({ code: 'launch.folder-missing' });
    await expect(terminals.open({ argv: ['no-such-program'] })).rejects.toMatchObject({
      code: 'launch.command-not-found',
    });
    expect(() => terminals.host.facts('nope')).toThrowError(/no terminal "nope"/);
    await expect(terminals.host.shells.close('nope')).rejects.toMatchObject({ code: 'terminal.not-found' });
    const { facts } = await terminals.shell();
    expect(() => terminals.host.rename(facts.id, ' \u001b ')).toThrowError(/empty/);
    expect(terminals.host.rename(facts.id, 'my\u0007 shell')).toMatchObject({ name: 'my shell' });
    await expect(terminals.host.shells.runAgain(facts.id)).rejects.toMatchObject({ code: 'api.invalid' });
    const nobody = terminals.look('nope');
    expect(nobody.closed?.code).toBe(4404);
  });

  it('stops when nobody draws what it floods, holds little memory, and answers Ctrl-C', async () => {
    const terminals = await makeTerminals();
    const { facts, socket } = await terminals.shell();
    const stuck = terminals.look(facts.id, false);
    await waitFor('its screen', () => stuck.last('state') !== undefined);
    const before = process.memoryUsage().rss;
    socket.types('yes 0123456789012345678901234567890123456789 | head -c 100000000; echo fl""ood\r');
    await waitFor('the flood to be held up', () => stuck.bytes > terminalFlow.high);
    const bytes = stuck.bytes;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(stuck.bytes - bytes).toBeLessThan(1_000_000);
    stuck.goes();
    await waitFor('the flood to go on', () => socket.bytes > bytes + 2_000_000, FLOOD_MS);
    socket.types('\u0003');
    await waitFor('the prompt', () => socket.text.trimEnd().endsWith(PROMPT.trim()), FLOOD_MS);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    socket.types('echo al""ive\r');
    await waitFor('its line', () => socket.text.includes('alive'));
  });
});
