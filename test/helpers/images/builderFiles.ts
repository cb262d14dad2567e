import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of podman and buildah that keep everything in one folder. */
export interface BuilderFiles {
  /** Variables that name them. */
  env: Record<string, string>;
  /** Where images are. */
  storage: string;
}

/**
 * Writes them. `store` is a folder with images that are only read; `insecure` a registry without TLS. Containers of a test machine
 * often may not raise limits, and have no service manager.
 */
export function builderFiles(
  folder: string,
  { store, insecure }: { store?: string; insecure?: string } = {},
): BuilderFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, lines: string[]): string => {
    const file = join(folder, name);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  };
  const storage = join(folder, 'storage');
  return {
    storage,
    env: {
      CONTAINERS_REGISTRIES_CONF: write('registries.conf', [
        'unqualified-search-registries = ["docker.io"]',
        'short-name-mode = "permissive"',
        ...(insecure === undefined ? [] : ['[[registry]]', `location = "${insecure}"`, 'insecure = true']),
      ]),
      CONTAINERS_STORAGE_CONF: write('storage.conf', [
        '[storage]',
        'driver = "overlay"',
        `graphroot = "${storage}"`,
        `runroot = "${join(folder, 'storage-run')}"`,
        ...(store === undefined ? [] : ['[storage.options]', `additionalimagestores = ["${store}"]`]),
      ]),
      CONTAINERS_CONF: write('containers.conf', [
        '[containers]',
        'default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]',
        '[engine]',
        'cgroup_manager = "cgroupfs"',
        'events_logger = "file"',
        'runtime = "runc"',
      ]),
      BUILDAH_ISOLATION: 'chroot',
    },
  };
}
