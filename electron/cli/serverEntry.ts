import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/**
 * Entry of the server as the app starts it: the whole command line as one file, with what V8 made of it at an earlier run
 * beside it, so that it is not parsed and compiled anew each time. Node can do that for CommonJS alone; `micro` itself is
 * in parts, of which a command loads the few that it needs. A cache of another V8 is refused by V8, and costs only time.
 */
const file = join(__dirname, 'program.cjs');

function readCache(): Buffer | undefined {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = readCache();
// The bundler writes ASCII alone, which is read without decoding, and the function around it, which would be a copy of it all.
const source = readFileSync(file, 'latin1');
const script = new Script(source, {
  filename: file,
  ...(cachedData ? { cachedData } : {}),
});

function run(): void {
  const own = { exports: {} };
  const program = script.runInThisContext() as (...parts: unknown[]) => void;
  program(createRequire(file), __dirname, file, own, own.exports);
}

// Whoever makes the cache needs the script that ran.
if (require.main === module) run();
else module.exports = { script, run };
