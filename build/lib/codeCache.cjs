const { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/**
 * `codeCache.cjs FOLDER`: run by the program that will run the server of FOLDER (a Node, or the app acting as one). Starts
 * that server once and keeps what V8 compiled meanwhile, so that later starts need not.
 */

/** How often is looked whether the server is there, ms. */
const LOOK_MS = 20;
/** A machine in trouble may take this long; without a cache the server starts all the same, only slower. */
const TIMEOUT_MS = 60_000;

const folder = process.argv[2];
const cache = join(folder, 'program.cjs.cache');
const home = mkdtempSync(join(tmpdir(), 'micro-cache-'));
rmSync(cache, { force: true });
const entry = join(folder, 'server.cjs');
const { script, run } = require(entry);
process.argv = [process.argv[0], entry, 'server', '--home', home, '--gateway', '0', '--proxy', '0', '--quiet'];
process.on('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
run();
const deadline = Date.now() + TIMEOUT_MS;
const timer = setInterval(() => {
  if (!existsSync(join(home, 'server.json')) && Date.now() < deadline) return;
  clearInterval(timer);
  writeFileSync(`${cache}.tmp`, script.createCachedData());
  renameSync(`${cache}.tmp`, cache);
  process.kill(process.pid, 'SIGTERM');
}, LOOK_MS);
