import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../lib/electronRuntime.mjs';
import { withLock } from '../lib/lock.mjs';
import { mustRun } from './run.mjs';
import { fetchSource } from './source.mjs';

/** Debian has the source of this version and none of a newer one with the server in it. */
const VERSION = { full: 'v1.20.2', major: '1', minor: '20' };
/** Counts changes of how it is built, so that an old cache is not taken for a new one. */
const RECIPE = 3;
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];

/**
 * The folder with the programs of a Kubernetes cluster, built once per user (3 to 7 minutes on two cores) and kept.
 * @param {(detail: string) => void} say
 * @returns {Promise<string>} `bin` in the cache
 */
export async function ensureBinaries(say) {
  const folder = join(cacheFolder(), `kubernetes-${VERSION.full}-${process.arch}-${RECIPE}`);
  const bin = join(folder, 'bin');
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  return withLock(join(folder, 'lock'), async () => {
    if (existsSync(bin)) return bin;
    const work = mkdtempSync(join(folder, 'work-'));
    try {
      await build(work, say);
      renameSync(join(work, 'bin'), bin);
      return bin;
    } finally {
      // Go writes its module cache read-only.
      await mustRun('chmod', ['-R', 'u+w', work]);
      rmSync(work, { recursive: true, force: true });
    }
  });
}

async function build(work, say) {
  say('fetching the source');
  const source = await fetchSource(work);
  const bin = join(work, 'bin');
  mkdirSync(bin);
  const jobs = String(availableParallelism());
  const env = {
    ...process.env,
    GOPATH: join(work, 'gopath'),
    GOCACHE: join(work, 'gocache'),
    // The tree has a vendor folder that newer versions of Go refuse as a module.
    GO111MODULE: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '',
    GOMAXPROCS: jobs,
    CGO_ENABLED: '0',
  };
  const go = (args) => mustRun('nice', ['go', 'build', '-p', jobs, ...args], { cwd: source, env });
  say('generating its OpenAPI');
  await go(['-o', join(work, 'openapi-gen'), './vendor/k8s.io/kube-openapi/cmd/openapi-gen']);
  await mustRun('bash', ['-ec', GENERATE_OPENAPI], { cwd: source, env: { ...env, WORK: work } });
  await mustRun('gcc', ['-Os', '-static', '-o', join(bin, 'pause'), join(source, 'build/pause/linux/pause.c')]);
  for (const program of PROGRAMS) {
    say(`building ${program}`);
    await go([
      '-tags',
      'providerless,dockerless',
      '-ldflags',
      linkerFlags(),
      '-o',
      join(bin, program),
      `./cmd/${program}`,
    ]);
  }
}

/** The archive lacks this generated file; the API server does not compile without it. */
const GENERATE_OPENAPI = `
marked() { grep -RlF --include='*.go' '+k8s:openapi-gen=' "$@" || true; }
folders=$( (marked pkg cmd plugin; marked vendor/k8s.io/) \\
  | grep -v -e vendor/k8s.io/code-generator/ -e vendor/k8s.io/sample-apiserver/ -e /gengo/ -e kube-openapi/ -e _test.go -e zz_generated \\
  | xargs -n1 dirname | LC_ALL=C sort -u | sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
"$WORK/openapi-gen" --logtostderr -i "$folders" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \\
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$WORK/violations" --output-base "$GOPATH/src"
`;

function linkerFlags() {
  const values = {
    gitVersion: VERSION.full,
    gitMajor: VERSION.major,
    gitMinor: VERSION.minor,
    gitTreeState: 'archive',
    gitCommit: 'debian',
    buildDate: '2021-01-13T13:20:00Z',
  };
  const packages = ['client-go/pkg/version', 'component-base/version'];
  const set = packages.flatMap((name) =>
    Object.entries(values).map(([key, value]) => `-X k8s.io/kubernetes/vendor/k8s.io/${name}.${key}=${value}`),
  );
  return ['-s', '-w', ...set].join(' ');
}
