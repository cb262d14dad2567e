import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from './waitFor.ts';

/** Makes a project in `folder` with one service that does nothing but write its MICRO_TOKEN down. */
export async function projectOfTokenWriter(folder: string, service: string): Promise<void> {
  const program = `require('fs').writeFileSync('token.tmp', process.env.MICRO_TOKEN);
require('fs').renameSync('token.tmp', 'token');
setInterval(() => {}, 1e6);`;
  await writeFile(join(folder, 'service.cjs'), program);
  await writeFile(
    join(folder, 'micro.yaml'),
    `name: tokens\nservices:\n  ${service}:\n    path: .\n    run: node service.cjs\n    port: none\n    watch: false\n`,
  );
}

/** The token that the service of {@link projectOfTokenWriter} got. */
export function tokenOfService(folder: string): Promise<string> {
  return waitFor('the token of the service', () => readFile(join(folder, 'token'), 'utf8'), 60_000);
}
