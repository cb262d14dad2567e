import { runCommand } from './commandLine.mjs';
import { root } from './paths.mjs';

/** Seconds to wait for the registry; a check must not hang where it does not answer. */
const TIMEOUT_MS = 60_000;
/** From here on a known fault fails the check. */
const LEVELS = ['high', 'critical'];

/**
 * Asks the registry for known faults in what the app ships, its dependencies and what is bundled. Faults fail; a registry
 * without that list, or none at all, does not, and the note says so.
 * @returns {Promise<{ok: boolean, output: string, note?: string}>}
 */
export async function auditDependencies() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['audit', '--json', '--audit-level=high', '--fetch-retries=0', `--fetch-timeout=${TIMEOUT_MS / 2}`];
  const { output } = await runCommand(npm, args, { cwd: root, timeoutMs: TIMEOUT_MS });
  return judgeAudit(output);
}

/** What to make of the output of `npm audit --json`. */
export function judgeAudit(output) {
  const report = parseReport(output);
  if (report?.vulnerabilities === undefined || report.metadata === undefined) {
    const why = report?.error?.summary || report?.message || output.trim().split('\n').at(-1) || '';
    return {
      ok: true,
      output,
      note: `not checked, the registry gave no list of known faults (${oneLine(why) || 'no answer'})`,
    };
  }
  const found = Object.values(report.vulnerabilities).filter(({ severity }) => LEVELS.includes(severity));
  const lines = found.map(({ name, severity, range, fixAvailable }) => {
    const fix = typeof fixAvailable === 'object' ? `; fixed by ${fixAvailable.name} ${fixAvailable.version}` : '';
    return `${name} ${range}: ${severity}${fix}`;
  });
  const all = Object.keys(report.vulnerabilities).length;
  const note = all > found.length ? `${all - found.length} of lesser weight` : undefined;
  return { ok: found.length === 0, output: lines.join('\n'), ...(note ? { note } : {}) };
}

/** npm may write warnings around the report. */
function parseReport(output) {
  const text = output.slice(Math.max(0, output.search(/^\{/m)), output.lastIndexOf('}') + 1);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without addresses: a mirror is nobody's business. */
function oneLine(text) {
  return text
    .replace(/https?:\/\/\S+/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120);
}
