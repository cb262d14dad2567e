import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { clusterLimits } from '../../../shared/lib/clusterLimits.ts';

it('the document says of clusters what the product says', async () => {
  const text = await readFile('docs/kubernetes.md', 'utf8');
  const section = text.slice(text.indexOf('## What is not possible there'));
  const rows = [...section.matchAll(/^\| (\w.*?) \| (.*?) \|$/gm)].map(([, what, instead]) => ({ what, instead }));
  expect(rows).toEqual(clusterLimits);
});
