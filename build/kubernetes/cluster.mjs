import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from '../lib/commandLine.mjs';
import { SetupError } from '../lib/steps.mjs';
import { cleanUp, readSysctls, restoreSysctls } from './cleanUp.mjs';
import { writeConfiguration } from './configuration.mjs';
import { controllers, nodeParts, stores } from './parts.mjs';
import { makeCertificates, NODE, NODE_ADDRESS, writeKubeconfig } from './pki.mjs';
import { relay } from './relay.mjs';
import { mustRun } from './run.mjs';

const API_IN_NAMESPACE = 'https://127.0.0.1:6443';
/** A part that is not up after this, on a busy machine, does not come up, ms. */
const UP_WITHIN_MS = 120_000;
/** Between two looks, ms. */
const POLL_MS = 200;

/**
 * A control plane and one node on this machine, in a network namespace of their own: what they do to addresses, bridges
 * and firewall rules is not seen outside. {@link stop} takes everything away again.
 */
export class Cluster {
  /** @param {string} bin the folder of the programs */
  constructor(bin) {
    this.bin = bin;
    this.folder = mkdtempSync(join(tmpdir(), 'micro-kubernetes-'));
    this.namespace = `micro-${process.pid}`;
    this.parts = [];
    this.pki = join(this.folder, 'pki');
    this.logs = join(this.folder, 'logs');
    this.sysctls = readSysctls();
    this.oldNamespaces = new Set(networkNamespaces());
  }

  /** @param {Promise<string[]>} images archives that the node gets */
  async start(images, say) {
    mkdirSync(this.pki);
    mkdirSync(this.logs);
    writeConfiguration(this.folder);
    say('certificates and network');
    await Promise.all([makeCertificates(this.pki), this.makeNetwork()]);
    for (const user of ['admin', 'controllers', 'scheduler', 'proxy', 'kubelet']) {
      writeKubeconfig(this.pki, user, API_IN_NAMESPACE);
    }
    this.startParts(stores(this));
    this.startParts({ containerd: ['containerd', '--config', join(this.folder, 'containerd.toml')] });
    say('API server');
    await this.openWay();
    await this.until('the API server', async () => (await this.get('/readyz')) === 'ok');
    this.startParts(controllers(this));
    say('images');
    await this.until('containerd', async () => (await this.ctr(['version'])).code === 0);
    for (const image of await images) {
      const { code, output } = await this.ctr(['images', 'import', image]);
      if (code !== 0) throw new SetupError(`the image ${image} cannot be imported:\n${lastLines(output, 5)}`);
    }
    say('node');
    this.startParts(nodeParts(this));
    await this.until('the node', async () => {
      const node = JSON.parse((await this.get(`/api/v1/nodes/${NODE}`)) ?? '{}');
      return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    });
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await this.until('the default service account', async () => (await this.get(account)) !== undefined);
  }

  async makeNetwork() {
    await mustRun('ip', ['netns', 'add', this.namespace]);
    for (const line of [
      'link set lo up',
      'link add node0 type veth peer name node0p',
      'link set node0p up',
      `addr add ${NODE_ADDRESS}/24 dev node0`,
      'link set node0 up',
      'route add default dev node0',
    ]) {
      await mustRun('ip', ['-n', this.namespace, ...line.split(' ')]);
    }
    await mustRun('nsenter', [this.netns(), 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  }

  netns() {
    return `--net=/run/netns/${this.namespace}`;
  }

  startParts(parts) {
    for (const [name, argv] of Object.entries(parts)) this.run(name, argv);
  }

  /** A port of this machine's loopback that leads to the API server, and the kubeconfig that says so. */
  async openWay() {
    const socket = join(this.folder, 'api.sock');
    this.run('relay', [
      process.execPath,
      fileURLToPath(new URL('relay.mjs', import.meta.url)),
      socket,
      '127.0.0.1:6443',
    ]);
    this.way = await relay('127.0.0.1:0', socket);
    this.kubeconfig = writeKubeconfig(
      this.pki,
      'admin',
      `https://127.0.0.1:${this.way.address().port}`,
      'outside.kubeconfig',
    );
  }

  run(name, argv) {
    const log = openSync(join(this.logs, `${name}.log`), 'a');
    const child = spawn('nsenter', [this.netns(), ...argv], { cwd: this.folder, stdio: ['ignore', log, log] });
    closeSync(log);
    const part = { name, child, ended: false };
    part.end = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('exit', resolve);
    }).then(() => {
      part.ended = true;
    });
    this.parts.push(part);
  }

  ctr(args) {
    return runCommand('ctr', ['-a', join(this.folder, 'containerd.sock'), '-n', 'k8s.io', ...args]);
  }

  /** The text of a GET of the API server, undefined when it does not answer with success. */
  async get(path) {
    const identity = ['--cacert', 'ca.crt', '--cert', 'admin.crt', '--key', 'admin.key'];
    const { port } = this.way.address();
    const { code, output } = await runCommand('curl', ['-sS', '-f', ...identity, `https://127.0.0.1:${port}${path}`], {
      cwd: this.pki,
    });
    return code === 0 ? output : undefined;
  }

  async until(what, isThere) {
    const endsAt = Date.now() + UP_WITHIN_MS;
    for (;;) {
      if (await isThere()) return;
      const dead = this.parts.find(({ ended }) => ended);
      if (dead) throw new SetupError(`${dead.name} ended:\n${this.logOf(dead.name)}`);
      if (Date.now() > endsAt) throw new SetupError(`${what} did not come up; see ${this.logs}`);
      await delay(POLL_MS);
    }
  }

  /** The end of a part's log; of a crash, its beginning. */
  logOf(name) {
    const text = readFileSync(join(this.logs, `${name}.log`), 'utf8');
    const crash = /^(panic|fatal error|SIG[A-Z]+):/m.exec(text);
    return crash ? text.slice(crash.index, crash.index + 2000) : lastLines(text, 15);
  }

  async stop() {
    this.way?.close();
    await cleanUp(this);
    restoreSysctls(this.sysctls);
  }
}

/** Names of the network namespaces that there are. */
export function networkNamespaces() {
  return existsSync('/run/netns') ? readdirSync('/run/netns') : [];
}
