import { afterEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { KilledPage, TerminalWindow } from '../helpers/terminalWindow.ts';
import { waitFor } from '../helpers/waitFor.ts';

let window: TerminalWindow | undefined;
afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await window?.launched.keepEvidence(context.task.name);
  await window?.launched.dispose();
  window = undefined;
});

const isRunning = async (command: RegExp): Promise<boolean> =>
  (await createProcessTable().list()).some((each) => command.test(each.command));

describe('a terminal in use', () => {
  it('is closed from the keyboard, and asks when something runs in it', async () => {
    window = await TerminalWindow.open();
    const { page } = window;
    const shell = await window.openShell();
    await window.typeLine('sleep 7611');
    await waitFor('sleep', () => isRunning(/^sleep 7611$/));
    for (const key of ['Delete', 'Backspace']) {
      await window.focus();
      await page.keyboard.press('Shift+Escape');
      await page.keyboard.press(key);
      const question = window.question(/Close bash: plain/);
      await question.getByText('sleep 7611').waitFor();
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'hidden' });
      expect((await window.terminals()).map(({ id }) => id)).toContain(shell.id);
    }
    await page.keyboard.press('Delete');
    await window.question(/Close/).getByRole('button', { name: 'End it and close' }).click();
    await waitFor('sleep to end', async () => !(await isRunning(/^sleep 7611$/)));
    await page.locator('.xterm').waitFor({ state: 'detached' });
  });

  it('gets what is typed right after its key, before it is there', async () => {
    window = await TerminalWindow.open();
    const { page } = window;
    await page.getByText('plain').first().waitFor();
    await page.keyboard.press('`');
    await page.keyboard.type('echo typed ah""ead\n');
    await window.xterm().waitFor();
    await window.sees('typed ahead');
  });

  it('comes back with the same screen and the same shell when the process of the page is killed', async () => {
    window = await TerminalWindow.open();
    const shell = await window.openShell();
    await window.typeLine('kept=yes; printf "\\033[38;2;200;90;10mbefore\\033[0m $COLOUR\\n"');
    await window.sees('before green');
    const { launched } = window;
    const { app } = launched;
    const pid = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    );
    process.kill(pid as number, 'SIGKILL');
    // The driver has no page any more; from here on the window is asked itself.
    const page = new KilledPage(app);
    await waitFor('another process', async () => ![undefined, 0, pid].includes(await page.pid()));
    await page.sees('before green');
    await page.typeLine('echo after $kept $$');
    await page.sees(`after yes ${shell.pid}`);
    expect((await window.terminals()).map(({ id, pid: shellPid }) => [id, shellPid])).toEqual([[shell.id, shell.pid]]);
  });

  it('asks before it opens a link or pastes many lines, and pastes what is safe', async () => {
    window = await TerminalWindow.open({ theme: 'dark' });
    const { page } = window;
    await window.openShell();
    await window.typeLine(
      "clear; printf 'http://example.test/a?b=1\\n\\033]8;;http://example.test/hidden\\033\\\\words\\033]8;;\\033\\\\\\n\\033]8;;file:///etc/passwd\\033\\\\local\\033]8;;\\033\\\\\\n'",
    );
    await window.sees('local');
    const box = (await window.xterm().boundingBox()) as { x: number; y: number };
    const rowHeight = 16;
    const pointAt = async (row: number): Promise<void> => {
      await page.mouse.move(box.x + 200, box.y + 150);
      await page.mouse.move(box.x + 24, box.y + rowHeight * row + 10, { steps: 4 });
    };
    const click = async (): Promise<void> => {
      await page.mouse.down();
      await page.mouse.up();
    };
    for (const [row, address] of [
      [0, 'http://example.test/a?b=1'],
      [1, 'http://example.test/hidden'],
    ] as const) {
      // What is under the pointer is found out after it came there, and shows as one that can be clicked.
      await waitFor('the link', async () => {
        await pointAt(row);
        return page.locator('.xterm .xterm-cursor-pointer').isVisible();
      });
      await click();
      const question = window.question('Open this link?');
      await question.waitFor();
      expect(await question.textContent()).toContain(address);
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'hidden' });
    }
    await pointAt(2);
    await click();
    expect(await window.question('Open this link?').count()).toBe(0);

    await window.typeLine('bind "set enable-bracketed-paste off"; clear');
    await window.paste('echo one\necho two\n');
    const many = window.question(/Paste 2 lines/);
    await many.getByText('echo two').waitFor();
    await many.getByRole('button', { name: 'Cancel' }).click();
    await window.paste('echo one\necho two\n');
    await many.getByRole('button', { name: 'Paste as one line' }).click();
    await window.page.keyboard.press('Enter');
    await window.sees('one echo two');
    await window.typeLine('bind "set enable-bracketed-paste on"; clear');
    await window.sees('ready>');
    // TRM-04: the end of the paste is hidden in the text.
    await window.paste('echo safe\u001b[201~\ntouch pwned\u001b[201~\n\u009b201~');
    await page.keyboard.press('Control+C');
    await window.typeLine('ls pwned');
    await window.sees("cannot access 'pwned'");
  });

  it('is searched, renamed, split, ended and run again, keeps its last lines, and draws on without WebGL', async () => {
    window = await TerminalWindow.open();
    const { page } = window;
    const shell = await window.openShell();
    await window.typeLine('seq -f "line %g" 1 20000');
    await window.sees('line 20000');
    const text = await window.text();
    expect(text).not.toContain('line 14000\n');
    expect(text).toContain('line 15100\n');

    await page.keyboard.press('Control+Shift+F');
    await page.getByLabel('Find in terminal').fill('line 15999');
    await page.getByText('1 of 1').waitFor();
    await page.keyboard.press('Escape');

    await window.xterm().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await page.getByLabel('Name of the terminal').fill('mine');
    await page.keyboard.press('Enter');
    await waitFor('the name', async () => (await window?.terminals())?.[0]?.name === 'mine');
    await page.getByRole('tab', { name: 'mine' }).waitFor();

    await window.focus();
    await page.keyboard.press('Control+Shift+D');
    await waitFor('a second shell', async () => (await window?.terminals())?.length === 2);
    await window.sees('ready>', 1);
    await window.typeLine('yes 0123456789012345678901234567890123456789', 1);
    await window.sees('0123456789012345678901234567890123456789', 1);
    await window.focus(1);
    await page.keyboard.press('Control+C');
    await window.typeLine('echo al""ive', 1);
    await window.sees('alive', 1);

    await window.typeLine('exit 3');
    await page.getByText(/code 3/).waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await waitFor('another shell', async () => {
      const again = (await window?.terminals())?.find(({ id }) => id === shell.id);
      return again && !again.ended && again.pid !== shell.pid;
    });
    await window.typeLine('echo a""gain');
    await window.sees('again');

    // Where no graphics card is, drawing with elements is quicker, and there is text in the page; drawn by WebGL there is none.
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Terminals drawn by the graphics card').getByText('Always').click();
    await page.locator('.xterm canvas').first().waitFor();
    await page.evaluate(() => {
      for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.xterm canvas')) {
        canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
      }
    });
    await page.locator('.xterm-rows').first().getByText('again').first().waitFor();
  });
});
