import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './commandLine.mjs';
import { root } from './paths.mjs';

/** Words that say a thing is not done. What is not there is not shown, and what is there is done. */
const UNFINISHED = new RegExp(
  ['TO' + 'DO', 'FIX' + 'ME', 'not impl' + 'emented', 'coming s' + 'oon'].map((word) => `\\b${word}\\b`).join('|'),
  'i',
);
/** Files that hold those words for a reason: other people's texts and this check's own test data. */
const TEXT_FILE = /\.(ts|tsx|mjs|cjs|js|md|css|proto|ya?ml|html|json|sh|py|java)$|^\.ci\/run$/;
const SKIPPED = /^(package-lock\.json|shared\/contract\/gen\/|build\/lib\/documents\.mjs)/;

/** Every tracked or new file of the checkout, relative to it. */
async function files() {
  const { output } = await runCommand('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return output.split('\n').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** Lines that say that something is unfinished, as `file:line: text`. */
export async function forbiddenWords() {
  const found = [];
  for (const path of await files()) {
    if (!TEXT_FILE.test(path) || SKIPPED.test(path)) continue;
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .forEach((line, index) => {
        if (UNFINISHED.test(line)) found.push(`${path}:${index + 1}: ${line.trim()}`);
      });
  }
  return found;
}

/** Links of the documents that lead nowhere, and npm scripts and files they name that do not exist. */
export async function documentProblems() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const problems = [];
  for (const path of await files()) {
    if (!path.endsWith('.md')) continue;
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(root, dirname(path), target))) problems.push(`${path}: the link to ${target} leads nowhere`);
    }
    for (const [, script] of text.matchAll(/npm run ([a-z:]+)/g)) {
      if (scripts[script] === undefined) problems.push(`${path}: there is no script "${script}"`);
    }
  }
  return problems;
}
