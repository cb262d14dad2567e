import { existsSync } from 'node:fs';
import { mustRun } from './run.mjs';

/** Where Debian's package of this library of Go lies. */
export const REFLECT2 = '/usr/share/gocode/src/github.com/modern-go/reflect2';

/** What the cluster needs of Debian, each by a file that shows that it is there. */
const NEEDED = [
  { packageName: 'golang-go', file: '/usr/bin/go' },
  { packageName: 'golang-github-modern-go-reflect2-dev', file: `${REFLECT2}/reflect2.go` },
  { packageName: 'etcd-server', file: '/usr/bin/etcd' },
  { packageName: 'containerd', file: '/usr/bin/containerd' },
  { packageName: 'runc', file: '/usr/sbin/runc' },
  { packageName: 'containernetworking-plugins', file: '/usr/lib/cni/bridge' },
  { packageName: 'iptables', file: '/usr/sbin/iptables' },
  { packageName: 'busybox-static', file: '/bin/busybox' },
  { packageName: 'podman', file: '/usr/bin/podman' },
  { packageName: 'buildah', file: '/usr/bin/buildah' },
  { packageName: 'docker-registry', file: '/usr/bin/docker-registry' },
  { packageName: 'openssl', file: '/usr/bin/openssl' },
  { packageName: 'gcc', file: '/usr/bin/gcc' },
];

/** Installs what is missing and returns the names of what was installed. */
export async function ensurePackages() {
  const missing = NEEDED.filter(({ file }) => !existsSync(file)).map(({ packageName }) => packageName);
  if (missing.length === 0) return [];
  // Somebody else may be installing: wait for the lock of dpkg instead of failing at it.
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  await mustRun('apt-get', [...options, 'update']);
  await mustRun('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return missing;
}
