import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../lib/commandLine.mjs';

/** What a kubelet changes for the whole machine. */
const SYSCTLS = ['vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops'];
/** A part that does not end in this time is killed, ms. */
const GRACE_MS = 5000;

/** The settings of the machine that the cluster will change. */
export function readSysctls() {
  return SYSCTLS.map((name) => ({ file: `/proc/sys/${name}`, value: readFileSync(`/proc/sys/${name}`, 'utf8') }));
}

/** Puts them back. */
export function restoreSysctls(settings) {
  for (const { file, value } of settings) if (readFileSync(file, 'utf8') !== value) writeFileSync(file, value);
}

/**
 * Ends what a cluster started, in an order in which nothing is started anew: first who wants pods, then the pods, then
 * the rest; then its mounts, control groups, network namespaces and files.
 */
export async function cleanUp(cluster) {
  await end(cluster, ['kubelet', 'proxy', 'controllers', 'scheduler']);
  await endContainers(cluster);
  await end(cluster, ['containerd', 'names', 'relay', 'apiserver', 'etcd']);
  await endShims(cluster.folder);
  await unmount(cluster.folder);
  removeControlGroups();
  await removeNetworks(cluster);
  rmSync(cluster.folder, { recursive: true, force: true });
}

async function end(cluster, names) {
  const parts = cluster.parts.filter(({ name }) => names.includes(name));
  await Promise.all(
    parts.map(async (part) => {
      if (part.ended) return;
      part.child.kill('SIGTERM');
      const timer = setTimeout(() => part.child.kill('SIGKILL'), GRACE_MS);
      await part.end;
      clearTimeout(timer);
    }),
  );
}

async function endContainers(cluster) {
  const list = async (kind) => (await cluster.ctr([kind, 'ls', '-q'])).output.split('\n').filter(Boolean);
  if (!existsSync(join(cluster.folder, 'containerd.sock'))) return;
  const tasks = await list('task');
  for (const task of tasks) await cluster.ctr(['task', 'kill', '-s', 'KILL', task]);
  for (const task of tasks) await cluster.ctr(['task', 'delete', '-f', task]);
  for (const container of await list('container')) await cluster.ctr(['container', 'rm', container]);
}

/** Containerd leaves the minder of each container behind; it is known by the socket that it was told. */
async function endShims(folder) {
  const address = join(folder, 'containerd.sock');
  const shims = (signal) => {
    let found = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const argv = commandLine(pid);
      if (!argv[0]?.includes('containerd-shim') || !argv.includes(address)) continue;
      found += 1;
      try {
        process.kill(Number(pid), signal);
      } catch {
        // It has just ended.
      }
    }
    return found;
  };
  for (let tries = 0; shims(tries < 20 ? 'SIGTERM' : 'SIGKILL') > 0 && tries < 40; tries++) await delay(100);
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

async function unmount(folder) {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.sort().reverse()) await runCommand('umount', ['-l', path]);
}

function removeControlGroups() {
  for (const controller of readdirSync('/sys/fs/cgroup')) {
    const folder = `/sys/fs/cgroup/${controller}/kubepods`;
    if (existsSync(folder)) removeGroup(folder);
  }
  if (existsSync('/sys/fs/cgroup/kubepods')) removeGroup('/sys/fs/cgroup/kubepods');
}

/** A control group is a folder that goes when it has no folders; its files go with it. */
function removeGroup(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // One that still has a process in it stays; the next run takes it over.
  }
}

async function removeNetworks(cluster) {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const pods = names.filter((name) => name.startsWith('cni-') && !cluster.oldNamespaces.has(name));
  for (const name of pods) await runCommand('ip', ['netns', 'del', name]);
  await runCommand('ip', ['netns', 'del', cluster.namespace]);
}
