import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('every component of Mantine that the page uses has its styles', async () => {
  const styles = new Set(await readdir(`${root}node_modules/@mantine/core/styles`));
  const imported = await readFile(`${root}renderer/ui/mantineStyles.ts`, 'utf8');
  const missing: string[] = [];
  let seen = 0;
  for (const path of await readdir(`${root}renderer`, { recursive: true })) {
    if (!/\.tsx?$/.test(path)) continue;
    const text = await readFile(`${root}renderer/${path}`, 'utf8');
    for (const [, names] of text.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)) {
      for (const name of (names ?? '').split(',').map((word) => word.trim())) {
        if (!styles.has(`${name}.css`)) continue;
        seen += 1;
        if (!imported.includes(`'@mantine/core/styles/${name}.css'`)) missing.push(`${name} (${path})`);
      }
    }
  }
  expect(missing).toEqual([]);
  expect(seen).toBeGreaterThan(0);
});
