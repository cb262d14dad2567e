import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Folder for pictures of pages, when somebody wants to look at them. */
const folder = process.env['MICRO_PICTURES'];

/** Writes what a page shows, light and dark, where a folder for it is named. */
export async function takePictures(page: Page, name: string): Promise<void> {
  if (!folder) return;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
  }
}
