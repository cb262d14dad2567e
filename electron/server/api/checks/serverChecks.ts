import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../../../../shared/contract/gen/server_pb.ts';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { EngineState } from '../../host/engineState.ts';
import type { Listener } from '../../host/processTable.ts';
import { type CheckContext, check } from './check.ts';

/** The ports that a server takes when none are asked for. */
const USUAL_PORTS = { gateway: 8080, proxy: 8081 } as const;

/** The variable that marks every process of an instance. */
const INSTANCE_MARK = 'MICRO_INSTANCE_ID';

/** Whether a server runs, or one has ended without cleaning up. */
export async function checkServer({ home, server, processes }: CheckContext): Promise<Check> {
  if (server) return check('server', 'ok', `runs (pid ${server.pid})`);
  const start = 'start one with: micro server';
  const text = await readFile(join(home, 'server.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return check('server', 'ok', 'none runs', start);
  const pid = /"pid"\s*:\s*(\d+)/.exec(text)?.[1];
  const alive = pid === undefined ? undefined : await processes.get(Number(pid));
  const owner = alive ? `; pid ${pid} is another process by now` : '';
  return check('server', 'warn', `the last one (pid ${pid ?? 'unknown'}) ended without cleaning up${owner}`, start);
}

/** Whether the usual ports can be had, and by whom they are held. */
export async function checkPorts({ server, processes }: CheckContext): Promise<Check> {
  if (server) return check('ports', 'ok', `gateway ${server.gateway}, proxy ${server.proxy}`);
  const listeners = await processes.listeners();
  const taken = Object.entries(USUAL_PORTS).flatMap(([purpose, port]) => {
    const owner = listeners.find((listener) => listener.port === port);
    return owner ? [`${port} (${purpose}) is held by ${ownerOf(owner)}`] : [];
  });
  if (taken.length === 0) return check('ports', 'ok', Object.values(USUAL_PORTS).join(' and ') + ' are free');
  return check('ports', 'warn', taken.join('; '), 'the next free port is used, or choose with --gateway and --proxy');
}

function ownerOf({ pid, command }: Listener): string {
  if (pid === 0) return 'a process of another user';
  return `${command.split(' ', 1)[0]?.split(/[\\/]/).pop() || 'a process'} (pid ${pid})`;
}

/** Whether the engines of the server can be reached. */
export function checkEngines({ server, engines }: CheckContext): Check {
  if (!server) return check('engines', 'ok', 'none, since no server runs');
  const all = engines();
  const away = all.find(({ awaySince }) => awaySince !== undefined);
  const text = all.map(engineText).join('; ');
  if (!away) return check('engines', 'ok', text);
  return check(
    'engines',
    'error',
    text,
    `see that ${away.engine} runs at ${away.address}; it is tried again by itself`,
  );
}

function engineText({ kind, engine, address, version, awaySince, reason }: EngineState): string {
  if (address === '') return `${kind} in ${engine === 'file' ? 'files' : engine}`;
  const name = [engine, version].filter((part) => part !== '').join(' ');
  if (awaySince === undefined) return `${kind} on ${name} at ${address}`;
  return `${kind} on ${name} at ${address} is away since ${new Date(awaySince).toISOString()}: ${reason}`;
}

/** Services in error, with the reason. */
export function checkServices({ server, services }: CheckContext): Check {
  const all = services();
  if (!server) return check('services', 'ok', 'none, since no server runs');
  const broken = all.filter((service) => service.status === Status.ERROR);
  if (broken.length === 0) return check('services', 'ok', `${all.length} known, none in error`);
  const text = broken.map((service) => `${service.name}: ${service.reason}`).join('; ');
  return check('services', 'error', text, `read the log: micro logs ${broken[0]?.name}`);
}

/** Processes of services that outlived their server. A running server has dealt with them at its start. */
export async function checkLeftovers({ home, server, processes }: CheckContext): Promise<Check> {
  const name = 'leftovers';
  if (server) return check(name, 'ok', 'none: a starting server ends them');
  const files = await readdir(join(home, 'instances')).catch(() => []);
  const ids = new Set(files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)));
  if (ids.size === 0) return check(name, 'ok', 'none');
  const marked = await processes.byEnvironment(INSTANCE_MARK);
  const pids = [...marked].filter(([id]) => ids.has(id)).flatMap(([, found]) => found);
  if (pids.length === 0) return check(name, 'ok', 'none');
  return check(
    name,
    'warn',
    `${pids.length} of an earlier server still run: pid ${pids.join(', ')}`,
    'the next start of the server ends them: micro server',
  );
}
