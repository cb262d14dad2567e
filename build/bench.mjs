import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { hasDisplay, startVirtualDisplay } from './lib/display.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { root } from './lib/paths.mjs';
import { runScript, seconds, SetupError } from './lib/steps.mjs';
import { setUp } from './setup.mjs';

/**
 * `npm run bench [NAME…]`: runs the measurements of test/bench and prints a table each. With `--update` the tables of
 * test/bench/README.md are replaced by what was measured, with the machine it was measured on.
 *
 * A measurement is a file `<name>.bench.mjs` that exports `title`, `about` (what is measured, how, against what) and
 * `run(context)`, which resolves with rows `{ metric, value, unit, against?: { value, name } }`. One that takes long exports
 * `parts` instead, an object of such measurements by name, each with a table of its own; `--part NAME` runs one of them.
 */
const FOLDER = join(root, 'test/bench');
const README = join(FOLDER, 'README.md');

requireNode();
await runScript(async () => {
  const { values, positionals: asked } = parseArgs({
    allowPositionals: true,
    options: { update: { type: 'boolean', default: false }, part: { type: 'string', multiple: true, default: [] } },
  });
  const known = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.bench.mjs'))
    .map((name) => name.slice(0, -'.bench.mjs'.length))
    .sort();
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`there is no measurement "${unknown}"; there are: ${known.join(', ')}`);
  const { electron } = await setUp('test');
  const display = hasDisplay() ? undefined : await startVirtualDisplay();
  if (display) process.env.DISPLAY = display.display;
  try {
    for (const name of asked.length > 0 ? asked : known) {
      const bench = await import(pathToFileURL(join(FOLDER, `${name}.bench.mjs`)).href);
      for (const [part, measurement] of partsOf(name, bench, values.part))
        await measure(name, part, measurement, electron, values.update);
    }
  } finally {
    display?.stop();
  }
});

/** The measurements of a file by the names of their parts; a file without parts is one of no name. */
function partsOf(name, bench, wanted) {
  const parts = Object.entries(bench.parts ?? { '': bench });
  const unknown = wanted.find((part) => !parts.some(([known]) => known === part));
  if (unknown !== undefined) {
    const known = bench.parts ? `its parts are: ${Object.keys(bench.parts).join(', ')}` : 'it has no parts';
    throw new SetupError(`"${name}" has no part "${unknown}"; ${known}`);
  }
  return wanted.length > 0 ? parts.filter(([part]) => wanted.includes(part)) : parts;
}

async function measure(name, part, measurement, electron, update) {
  const startedAt = Date.now();
  process.stdout.write(`\n${measurement.title}\n`);
  const work = mkdtempSync(join(tmpdir(), `micro-bench-${name}-`));
  try {
    const rows = await measurement.run({
      root,
      electron,
      work,
      say: (text) => process.stdout.write(`  ${text}\n`),
    });
    const table = markdownTable(rows);
    process.stdout.write(`\n${table}\n\nin ${seconds(startedAt)}\n`);
    if (update) updateReadme(name, part, measurement, table, electron);
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

function markdownTable(rows) {
  const lines = rows.map(({ metric, value, unit, against }) => {
    // Nothing is no measure: against 0 there is no ratio.
    const ratio = against && against.value > 0 ? (value / against.value).toFixed(2) : '';
    return `| ${metric} | ${shown(value)} ${unit} | ${against ? `${shown(against.value)} ${unit} (${against.name})` : ''} | ${ratio} |`;
  });
  return ['| what | Micro Desktop | against | ratio |', '|---|---|---|---|', ...lines].join('\n');
}

function shown(value) {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

/** Replaces the part of the README between the marks of this measurement, or adds it at the end. */
function updateReadme(name, part, { title, about }, table, electron) {
  const mark = part ? `${name} ${part}` : name;
  const begin = `<!-- ${mark} -->`;
  const end = `<!-- /${mark} -->`;
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}, Electron ${electron.version}`;
  const command = part ? `npm run bench ${name} -- --part ${part}` : `npm run bench ${name}`;
  const section = `${begin}\n## ${title}\n\n${about}\n\n${table}\n\n\`${command}\` on ${machine}.\n${end}`;
  const text = existsSync(README) ? readFileSync(README, 'utf8') : '# Measurements\n';
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  writeFileSync(
    README,
    from >= 0 && to > from
      ? text.slice(0, from) + section + text.slice(to + end.length)
      : `${text.trimEnd()}\n\n${section}\n`,
  );
}
