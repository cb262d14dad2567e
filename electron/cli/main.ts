import { runCli } from './runCli.ts';

void runCli({
  words: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  // Not opened before a verb wants it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  process,
}).then((code) => process.exit(code));
