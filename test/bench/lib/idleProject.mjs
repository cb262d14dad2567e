import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** By this the processes of its services are told from ours. */
const PROGRAM = 'idleService.mjs';

/** Writes a project of `count` services that listen and are asked nothing into `folder`. */
export function writeIdleProject(folder, count) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, PROGRAM),
    `import { createServer } from 'node:http';
createServer((_request, response) => response.end()).listen(process.env.PORT, '127.0.0.1');
`,
  );
  const services = Array.from({ length: count }, (_, index) => `  idle-${index + 1}:\n    run: node ${PROGRAM}\n`);
  writeFileSync(join(folder, 'micro.yaml'), `name: idle\nservices:\n${services.join('')}`);
  return folder;
}

/** Whether a command line is that of one of its services. */
export const isIdleService = (commandLine) => commandLine.includes(PROGRAM);
