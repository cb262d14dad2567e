import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Locator, Page } from 'playwright-core';
import { launchApp, type LaunchedApp, type LaunchOptions } from './electronApp.ts';
import { call } from './serverApi.ts';
import { tempFolder } from './tempFolder.ts';
import { waitFor } from './waitFor.ts';

/** A terminal as the API lists it. */
export interface SeenTerminal {
  id: string;
  name: string;
  pid: number;
  service?: string;
  ended?: { code?: number; signal?: string };
}

/** What the prompt of a shell looks like. */
export const PROMPT = 'ready>';

/** The app with a service named `plain` (COLOUR=green), and terminals in it, used as a user does. */
export class TerminalWindow {
  constructor(
    readonly launched: LaunchedApp,
    /** What a later launch needs to find the same shells. */
    readonly env: Record<string, string>,
  ) {}

  static async open(options: LaunchOptions = {}): Promise<TerminalWindow> {
    const folder = await tempFolder('project');
    const home = await tempFolder('shell');
    await writeFile(join(home, '.bashrc'), `PS1='${PROMPT} '\n`);
    await writeFile(
      join(folder, 'micro.yaml'),
      'name: one\nservices:\n  plain: { run: sleep 100000, port: none, env: { COLOUR: green } }\n',
    );
    const env = { SHELL: '/bin/bash', HOME: home };
    return new TerminalWindow(await launchApp({ args: ['--project', folder], ...options, env }), env);
  }

  get page(): Page {
    return this.launched.page;
  }

  async terminals(): Promise<SeenTerminal[]> {
    const answer = await call(await this.launched.server(), 'desktop.Terminals/List', {});
    return (answer as { terminals?: SeenTerminal[] }).terminals ?? [];
  }

  /** Opens a shell of the service from the list, and waits for its prompt. */
  async openShell(): Promise<SeenTerminal> {
    const { page } = this;
    await page.getByText('plain').first().waitFor();
    await page.keyboard.press('s');
    await page.getByRole('row', { name: /plain/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Open shell' }).click();
    const shell = await waitFor('the shell', async () =>
      (await this.terminals()).find(({ service }) => service === 'plain'),
    );
    await this.sees(PROMPT);
    return shell;
  }

  /** The screen that has this place among those shown. */
  xterm(index = 0): Locator {
    return this.page.locator('.xterm').nth(index);
  }

  async focus(index = 0): Promise<void> {
    await this.xterm(index).locator('.xterm-helper-textarea').focus();
  }

  /** Screen and what has scrolled out of it as text: everything is selected and copied, as a user would. */
  async text(index = 0): Promise<string> {
    const { app, page } = this.launched;
    await app.evaluate(({ clipboard }) => clipboard.clear());
    await this.xterm(index).click({ button: 'right', modifiers: ['Shift'] });
    await page.getByRole('menuitem', { name: 'Select all' }).click();
    await this.focus(index);
    await page.keyboard.press('Control+Shift+C');
    return waitFor('the copy', () => app.evaluate(({ clipboard }) => clipboard.readText()));
  }

  async sees(text: string, index = 0): Promise<void> {
    let last = '';
    await waitFor(
      `"${text}" on the screen`,
      async () => {
        last = await this.text(index);
        return last.includes(text);
      },
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`the screen:\n${last.slice(-3000)}`, { cause: error });
    });
  }

  async typeLine(line: string, index = 0): Promise<void> {
    await this.focus(index);
    await this.page.keyboard.type(`${line}\n`);
  }

  /** Pastes as the keyboard does. */
  async paste(text: string, index = 0): Promise<void> {
    await this.launched.app.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), text);
    await this.focus(index);
    await this.page.keyboard.press('Control+Shift+V');
  }

  /** The question that the window asks. */
  question(title: RegExp | string): Locator {
    return this.page.getByRole('dialog', { name: title });
  }
}

/** The page that came after the first one's process was killed: the driver does not know it, so Electron is asked. */
export class KilledPage {
  constructor(private readonly app: ElectronApplication) {}

  /** pid of the page's process; 0 while there is none. */
  pid(): Promise<number> {
    return this.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    );
  }

  async sees(text: string): Promise<void> {
    await waitFor(`"${text}" on the screen`, async () => (await this.text()).includes(text), 60_000);
  }

  async typeLine(line: string): Promise<void> {
    await this.run("document.querySelector('.xterm-helper-textarea').focus()");
    await this.app.evaluate(async ({ BrowserWindow }, typed) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      await contents?.insertText(typed);
      contents?.sendInputEvent({ type: 'keyDown', keyCode: 'Return' });
      contents?.sendInputEvent({ type: 'keyUp', keyCode: 'Return' });
    }, line);
  }

  private async text(): Promise<string> {
    await this.app.evaluate(({ clipboard }) => clipboard.clear());
    for (const item of ['Select all', 'Copy']) {
      await this.run(
        "document.querySelector('.xterm').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))",
      );
      const name = JSON.stringify(item);
      const find = `[...document.querySelectorAll('[role=menuitem]')].find((each) => each.textContent.startsWith(${name}))`;
      await waitFor(`the entry ${item}`, () => this.run(`Boolean(${find})`));
      await this.run(`${find}.click()`);
      await waitFor('the menu to go', () => this.run(`${find} === undefined`));
    }
    return waitFor('the copy', () => this.app.evaluate(({ clipboard }) => clipboard.readText()));
  }

  private run(script: string): Promise<unknown> {
    return this.app.evaluate(
      ({ BrowserWindow }, code) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code, true),
      script,
    );
  }
}
