import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { microProcess } from './microProcess.ts';
import { type RunningServer, startServer } from './microServer.ts';
import { addRemote, startRemoteServer } from './remoteServer.ts';
import { call } from './serverApi.ts';
import { tempFolder } from './tempFolder.ts';

/** A server of an environment that several form, with a MICRO_HOME of its own. */
export interface EnvironmentServer {
  name: string;
  server: RunningServer;
  home: string;
  micro(...words: string[]): ReturnType<typeof microProcess>;
  /** Starts it anew in its MICRO_HOME; it must have ended. */
  again(): Promise<EnvironmentServer>;
}

/** Starts a server that shares the engines which `args` say, and calls itself `name`. */
export async function startEnvironmentServer(name: string, args: string[], home?: string): Promise<EnvironmentServer> {
  const own = home ?? join(await tempFolder(`server-${name}`), 'micro');
  const server = await startServer(own, [...args, '--server-name', name, '--advertise-host', '127.0.0.1']);
  onTestFinished(() => server.stop());
  return {
    name,
    server,
    home: own,
    micro: (...words) => microProcess(words, { home: own }),
    again: () => startEnvironmentServer(name, args, own),
  };
}

/**
 * Starts the first server of an environment, to which projects can be sent from another machine, which `send` stands for. It
 * is the one at which they run at first.
 */
export async function startReceivingServer(name: string, args: string[]) {
  const server = await startRemoteServer([...args, '--server-name', name, '--advertise-host', '127.0.0.1']);
  onTestFinished(() => server.stop());
  const home = join(await tempFolder('sender'), 'micro');
  await addRemote(home, 'shared', server);
  const words = ['--environment', 'shared', '--yes', 'shared'];
  return {
    name,
    server,
    home: server.home,
    micro: (...more: string[]) => microProcess(more, { home: server.home }),
    send: (...more: string[]) => microProcess([...more, ...words], { home }),
    again: () => startEnvironmentServer(name, args, server.home),
  };
}

/** Calls a method of the API of a server as the user of its machine. */
export async function callAt(
  { server, home }: Pick<EnvironmentServer, 'server' | 'home'>,
  method: string,
  body: unknown,
) {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  return call({ proxy: server.proxy, token }, method, body);
}

/** A project with one service, which answers with its process and its folder. */
export async function writeWhereProject(name: string, more = ''): Promise<string> {
  const folder = await tempFolder(name);
  await writeFile(join(folder, 'micro.yaml'), `name: ${name}\nservices:\n  where:\n    run: node where.mjs\n${more}`);
  await writeFile(
    join(folder, 'where.mjs'),
    "import http from 'node:http';\n" +
      'const text = JSON.stringify({ pid: process.pid, folder: process.cwd() });\n' +
      "http.createServer((_, answer) => answer.end(text)).listen(process.env.PORT, '0.0.0.0');\n",
  );
  return folder;
}
