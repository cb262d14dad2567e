import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../lib/steps.mjs';
import { REFLECT2 } from './packages.mjs';
import { mustRun } from './run.mjs';

/**
 * Fetches Debian's source of Kubernetes and unpacks it where Go looks for it. The package lists of sources stand in a
 * folder of their own, so that the machine's configuration stays as it is.
 * @param {string} work an empty folder
 * @returns {Promise<string>} the folder of the source
 */
export async function fetchSource(work) {
  const apt = join(work, 'apt');
  mkdirSync(join(apt, 'lists/partial'), { recursive: true });
  mkdirSync(join(apt, 'archives/partial'), { recursive: true });
  writeFileSync(join(apt, 'debian.sources'), `${await sourceEntry()}\n`);
  const own = [
    ['Dir::Etc::sourcelist', '/dev/null'],
    ['Dir::Etc::sourceparts', apt],
    ['Dir::State::lists', join(apt, 'lists')],
    ['Dir::Cache', apt],
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await mustRun('apt-get', [...own, '-qq', 'update']);
  await mustRun('apt-get', [...own, '-qq', 'source', '--download-only', 'kubernetes'], { cwd: work });
  const archive = readdirSync(work).find((name) => /^kubernetes_.*\.orig\.tar\.gz$/.test(name));
  if (archive === undefined) throw new SetupError('apt-get source kubernetes left no archive of the source');
  const folder = join(work, 'gopath/src/k8s.io/kubernetes');
  mkdirSync(folder, { recursive: true });
  await mustRun('tar', ['-xzf', join(work, archive), '-C', folder, '--strip-components=1']);
  replaceReflect2(folder);
  mendKubelet(join(folder, 'pkg/kubelet'));
  return folder;
}

/**
 * The source carries reflect2 1.0.1, which calls the map iteration of Go's runtime as it was before Go 1.18: the API server
 * dies of it (https://github.com/modern-go/reflect2/issues/24). 1.0.2 calls it right.
 */
function replaceReflect2(folder) {
  const vendored = join(folder, 'vendor/github.com/modern-go/reflect2');
  rmSync(vendored, { recursive: true });
  cpSync(REFLECT2, vendored, { recursive: true, filter: (path) => !path.endsWith('_test.go') });
}

/**
 * The kubelet of 1.20.0 to 1.20.2 forgets a pod only when its sandbox is removed, and one that it tries to remove too early is
 * left to the collection that comes once a minute: pods that had ended in 7 s were seen for 60 s more. Later versions do not
 * wait for the sandbox (https://github.com/kubernetes/kubernetes/issues/97288), nor for a round of all pods to tell it.
 */
function mendKubelet(folder) {
  change(join(folder, 'kubelet_pods.go'), /\n\t\/\/ pod's sandboxes should be deleted\n\tif len[\s\S]*?\n\t}\n/, '\n');
  change(
    join(folder, 'status/status_manager.go'),
    'const syncPeriod = 10 * time.Second',
    'const syncPeriod = 1 * time.Second',
  );
}

function change(file, from, to) {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new SetupError(`${file} is not as it was: it has nothing like ${from}`);
  writeFileSync(file, changed);
}

/** Where this machine gets Debian's packages from, as an entry for their sources. */
async function sourceEntry() {
  const found = await mustRun('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(CODENAME) $(COMPONENT)',
    'Created-By: Packages',
    'Label: Debian',
  ]);
  const [uri, suite] =
    found
      .split('\n')
      .find((line) => line.endsWith(' main'))
      ?.split(' ') ?? [];
  if (uri === undefined)
    throw new SetupError('the Kubernetes of the tests is built from Debian’s source: no Debian here');
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  return `Types: deb-src\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${key}`;
}
