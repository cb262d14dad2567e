import { afterEach, describe, expect, it } from 'vitest';
import { launchApp } from '../helpers/electronApp.ts';
import { call } from '../helpers/serverApi.ts';
import { TerminalWindow } from '../helpers/terminalWindow.ts';

let window: TerminalWindow | undefined;
afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await window?.launched.keepEvidence(context.task.name);
  await window?.launched.dispose();
  window = undefined;
});

describe('terminals in the window', () => {
  it('survive a reload of the page and a restart of the app: same screen, same process', async () => {
    const first = await TerminalWindow.open({ onQuit: 'keep' });
    window = first;
    const shell = await first.openShell();
    await first.typeLine('kept=yes; printf "\\033[38;2;200;90;10mfirst\\033[0m $COLOUR\\n"');
    await first.sees('first green');

    await first.page.reload();
    await first.sees('first green');
    await first.typeLine('echo second $kept $$');
    await first.sees(`second yes ${shell.pid}`);

    expect(first.launched.pageErrors.filter((text) => text.includes('Content Security Policy'))).toEqual([]);

    await first.launched.quit();
    const second = new TerminalWindow(await launchApp({ home: first.launched.home, env: first.env }), first.env);
    window = second;
    await second.sees(`second yes ${shell.pid}`);
    await second.typeLine('echo third $kept $$');
    await second.sees(`third yes ${shell.pid}`);
    expect((await second.terminals()).map(({ id, pid }) => [id, pid])).toContainEqual([shell.id, shell.pid]);
    await call(await second.launched.server(), 'desktop.Terminals/Close', { id: shell.id });
    await second.page.getByText('This terminal is no more.').waitFor();
  });
});
