import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditDependencies } from './lib/audit.mjs';
import { documentProblems, forbiddenWords } from './lib/documents.mjs';
import { optionValue, runCommand } from './lib/commandLine.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { root } from './lib/paths.mjs';
import { runScript, seconds, SetupError } from './lib/steps.mjs';

/**
 * `npm run check [--only NAME]`: everything a machine can see without running the product. One line for each check; the
 * findings of those that fail follow it. Exit code 1 when one fails. With `--list` it names the checks.
 */

/** Two cores are what the smallest machine has, and each of these tools keeps one busy. */
const PARALLEL = 2;
/** dependency-cruiser passes when it understands no file at all; the tree has had more modules than this from the start. */
const MIN_MODULES = 100;

const SOURCES = ['electron', 'renderer', 'shared', 'test'].filter((folder) => existsSync(join(root, folder)));
const RUNTIMES = ['shared', 'sdk', 'server', 'desktop', 'preload', 'renderer', 'test'];

const checks = [
  { name: 'lint', run: () => tool('eslint', ['-c', 'build/eslint.config.js', '--max-warnings', '0', ...SOURCES]) },
  ...RUNTIMES.map((runtime) => ({
    name: `types ${runtime}`,
    run: () => tool('tsc', ['-p', `build/tsconfig/${runtime}.json`, '--pretty', 'false']),
  })),
  { name: 'layers', run: checkLayers },
  { name: 'format', run: () => tool('biome', ['format', '--max-diagnostics=20', '.']) },
  { name: 'unused', run: () => tool('knip', ['--config', 'build/knip.json', '--no-progress']) },
  { name: 'generated', run: () => command(process.execPath, ['build/generate.mjs', '--check']) },
  { name: 'words', run: async () => report(await forbiddenWords()) },
  { name: 'audit', run: auditDependencies },
  { name: 'documents', run: async () => report(await documentProblems()) },
];

requireNode();
await runScript(async () => {
  if (process.argv.includes('--list')) {
    process.stdout.write(`${checks.map((check) => check.name).join('\n')}\n`);
    return;
  }
  const only = optionValue(process.argv, '--only');
  const chosen = checks.filter((check) => only === undefined || check.name.startsWith(only));
  if (chosen.length === 0) throw new SetupError(`there is no check "${only}"; see --list`);
  await ensurePackages(() => {});
  const waiting = [...chosen];
  const failed = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = Date.now();
      const result = await check.run();
      process.stdout.write(
        `${result.ok ? 'ok    ' : 'FAILED'} ${check.name}${result.note ? `: ${result.note}` : ''}, ${seconds(startedAt)}\n`,
      );
      if (result.ok) continue;
      failed.push(check.name);
      process.stdout.write(`${result.output.trim().replace(/^/gm, '  ')}\n`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  process.stdout.write(
    failed.length === 0
      ? `${chosen.length} checks passed\n`
      : `${failed.length} of ${chosen.length} checks failed: ${failed.join(', ')}\n`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
});

async function tool(name, args) {
  const { bin } = JSON.parse(readFileSync(join(root, 'node_modules', packageOf(name), 'package.json'), 'utf8'));
  return command(process.execPath, [
    join(root, 'node_modules', packageOf(name), typeof bin === 'string' ? bin : bin[name]),
    ...args,
  ]);
}

function packageOf(name) {
  return { tsc: 'typescript', biome: '@biomejs/biome', depcruise: 'dependency-cruiser' }[name] ?? name;
}

async function command(file, args) {
  const { code, output } = await runCommand(file, args, { cwd: root });
  return { ok: code === 0, output };
}

async function checkLayers() {
  const result = await tool('depcruise', [
    '--config',
    'build/layers.cjs',
    '--output-type',
    'err',
    ...SOURCES,
    'build',
    'examples',
  ]);
  const modules = Number(/(\d+) modules/.exec(result.output)?.[1] ?? 0);
  if (result.ok && modules < MIN_MODULES) {
    return { ok: false, output: `only ${modules} modules were seen, so nothing was checked:\n${result.output}` };
  }
  return { ...result, note: `${modules} modules` };
}

function report(problems) {
  return { ok: problems.length === 0, output: problems.join('\n') };
}
