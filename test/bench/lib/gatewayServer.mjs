import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMicroServer } from './microServer.mjs';
import { costOf } from './processCost.mjs';
import { answers, freePort } from './proxyPeers.mjs';

/** Starts a whole server with one service, plain Node, that answers; with the port of that service. */
export async function startGatewayServer(root, work) {
  const project = join(work, 'project');
  mkdirSync(project, { recursive: true });
  const port = await freePort();
  writeFileSync(
    join(project, 'micro.yaml'),
    `name: bench\nservices:\n  svc: { run: '"${process.execPath}" "${join(root, 'test/bench/lib/upstream.mjs')}"', port: ${port}, watch: false }\n`,
  );
  const home = join(work, 'home');
  const server = await startMicroServer(root, home, ['--project', project]);
  const gateway = new URL(server.ready.gateway);
  try {
    await mustAnswer(`${gateway.origin}/svc/`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, gateway, home, port };
}

export async function mustAnswer(url) {
  if (!(await answers(url, 20_000))) throw new Error(`${url} does not answer`);
}

/** CPU time of a process, ms; 0 where there is no /proc. */
export function cpuMs(pid) {
  try {
    return costOf(pid).cpuMs;
  } catch {
    return 0;
  }
}
