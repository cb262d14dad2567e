import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePackages } from './peers.mjs';

/** Proxies of Node that are installed on demand, for this measurement alone. */
const PACKAGES = {
  'http-proxy-3': '2.0.1',
  httpxy: '0.5.6',
  fastify: '5.12.8',
  '@fastify/http-proxy': '11.6.3',
};

const SCRIPTS = {
  'http-proxy-3': `import http from 'node:http';
import { createProxyServer } from 'http-proxy-3';
const [port, target] = process.argv.slice(2);
const proxy = createProxyServer({ target, agent: new http.Agent({ keepAlive: true, maxFreeSockets: 256 }) });
http.createServer((request, response) => proxy.web(request, response)).listen(Number(port), '127.0.0.1');
`,
  httpxy: `import http from 'node:http';
import { createProxyServer } from 'httpxy';
const [port, target] = process.argv.slice(2);
const proxy = createProxyServer({ target, agent: new http.Agent({ keepAlive: true, maxFreeSockets: 256 }) });
http.createServer((request, response) => void proxy.web(request, response)).listen(Number(port), '127.0.0.1');
`,
  '@fastify/http-proxy': `import fastify from 'fastify';
import proxy from '@fastify/http-proxy';
const [port, target] = process.argv.slice(2);
const app = fastify();
app.register(proxy, { upstream: target });
await app.listen({ port: Number(port), host: '127.0.0.1' });
`,
};

/** The folder in which the proxies of Node can be imported; undefined when they cannot be had. */
function installed(root, say) {
  try {
    return dirname(ensurePackages(root, 'proxies', PACKAGES, say));
  } catch (error) {
    say(`${error.message}; they are left out`);
    return undefined;
  }
}

const NATIVE = {
  nginx: (folder, port, target) => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `master_process off; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; keepalive_requests 1000000;
  upstream up { server 127.0.0.1:${target}; keepalive 256; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
`,
    );
    return ['-c', file, '-p', folder];
  },
  haproxy: (folder, port, target) => {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(
      file,
      `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  http-reuse always
  server s 127.0.0.1:${target}
`,
    );
    return ['-f', file, '-db'];
  },
  caddy: (folder, port, target) => {
    const file = join(folder, 'Caddyfile');
    writeFileSync(
      file,
      `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${target} {
    transport http {
      keepalive_idle_conns_per_host 256
    }
  }
}
`,
    );
    return ['run', '--config', file, '--adapter', 'caddyfile'];
  },
};

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** ms that a proxy may take until it answers. Two of Node's load a hundred files each; the machine may be busy. */
const START_MS = 20_000;

/**
 * Starts every proxy that is to be had in front of `targetPort`; each with its name, port, pid and how to stop it. One that does
 * not come up is said, with what it wrote, and left out.
 */
export async function startPeers({ root, work, targetPort, say }) {
  const started = [];
  const start = async (name, program, words, port, env = {}) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
    let said = '';
    child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
    const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    const stop = async () => {
      child.kill('SIGTERM');
      await ended;
    };
    const isUp = await Promise.race([answers(`http://127.0.0.1:${port}/`, START_MS), ended.then(() => false)]);
    if (isUp) {
      started.push({ name, port, stop, pid: child.pid });
      return;
    }
    await stop();
    say(`${name} does not answer and is left out: ${said.trim().split('\n').at(-1) ?? ''}`);
  };
  const folder = installed(root, say);
  if (folder !== undefined) {
    for (const [name, script] of Object.entries(SCRIPTS)) {
      const port = await freePort();
      const file = join(folder, `${name.replaceAll('/', '-')}.mjs`);
      writeFileSync(file, script);
      await start(name, process.execPath, [file, String(port), `http://127.0.0.1:${targetPort}`], port);
    }
  }
  for (const [name, configure] of Object.entries(NATIVE)) {
    if (!isInstalled(name)) {
      say(`${name} is not installed; it is left out`);
      continue;
    }
    const port = await freePort();
    const home = { HOME: work, XDG_DATA_HOME: work, XDG_CONFIG_HOME: work };
    await start(name, name, configure(work, port, targetPort), port, { GOMAXPROCS: '1', ...home });
  }
  return started;
}

/** Resolves with whether `url` answers 200 within `limitMs`. */
export async function answers(url, limitMs) {
  const until = performance.now() + limitMs;
  while (performance.now() < until) {
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status === 200) return true;
    } catch {
      // Not yet.
    }
    await delay(50);
  }
  return false;
}

function isInstalled(name) {
  try {
    execFileSync(process.platform === 'win32' ? 'where' : 'which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
