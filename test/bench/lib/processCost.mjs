import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second (USER_HZ; the same on every Linux that Node runs on). */
const TICKS = 100;
const KIB = 1024;

/** CPU time in ms and resident memory in MB of a process, from /proc (Linux). */
export function costOf(pid) {
  const fields = statOf(pid);
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuMs, memoryMb: Number(resident?.[1] ?? 0) / KIB };
}

/**
 * CPU time in ms and memory in MB of a process and everything below it, without the trees under `except`. Memory is PSS:
 * what several processes share is counted once.
 */
export function costOfTree(pid, except = new Set()) {
  const children = childrenByParent();
  const total = { cpuMs: 0, memoryMb: 0 };
  const add = (each) => {
    if (except.has(each)) return;
    total.cpuMs += costOf(each).cpuMs;
    const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'));
    total.memoryMb += Number(pss?.[1] ?? 0) / KIB;
    for (const child of children.get(each) ?? []) add(child);
  };
  add(pid);
  return total;
}

/** The pid of a process below `pid` whose command line, words parted by NUL, is the one looked for. */
export function findBelow(pid, isWanted) {
  const children = childrenByParent();
  const queue = [pid];
  for (const each of queue) {
    for (const child of children.get(each) ?? []) {
      if (isWanted(readFileSync(`/proc/${child}/cmdline`, 'utf8'))) return child;
      queue.push(child);
    }
  }
  throw new Error(`no such process below ${pid}`);
}

/** The pids of all processes below `pid` whose command line, words parted by NUL, are those looked for. */
export function allBelow(pid, isWanted) {
  const children = childrenByParent();
  const queue = [pid];
  const found = new Set();
  for (const each of queue) {
    for (const child of children.get(each) ?? []) {
      if (isWanted(readFileSync(`/proc/${child}/cmdline`, 'utf8'))) found.add(child);
      queue.push(child);
    }
  }
  return found;
}

/** The pids of all processes, by their parent's. */
function childrenByParent() {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const ppid = Number(statOf(name)[1]);
      children.set(ppid, [...(children.get(ppid) ?? []), Number(name)]);
    } catch {
      // It ended between the listing and the look.
    }
  }
  return children;
}

/** What follows the name in /proc/PID/stat, from the state on. */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
