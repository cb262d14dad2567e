import { join } from 'node:path';
import { isThere } from './atStart.ts';

/** How to run the server's program. */
export interface ServerCommand {
  /** Executable: a Node, or this app acting as one. */
  file: string;
  /** Words before `server`, i.e. the path of the command line's bundle. */
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** Variables of our own start that are nobody else's business: the server and its services must not inherit them. */
const OWN_VARIABLE =
  /^(ELECTRON_|npm_|MICRO_NODE$|MICRO_(GATEWAY|PROXY)_PORT$|NODE_OPTIONS$|CHROME_DESKTOP$|ORIGINAL_XDG_CURRENT_DESKTOP$|GDK_BACKEND$|INIT_CWD$)/;

/**
 * How to run the server: on the Node that started the app in a checkout (MICRO_NODE, else `node` on PATH), on this very
 * executable in a packaged app, which needs no other Node on the machine.
 */
export function serverCommand(root: string, packaged: boolean, env: NodeJS.ProcessEnv): ServerCommand {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLE.test(name)));
  // What runs as plain Node lies beside the archive of a packaged app, not in it.
  const folder = join(root.replace(/app\.asar$/, 'app.asar.unpacked'), 'dist', 'node');
  // While the sources are being worked on there is only the command line, in parts that are quick to build.
  const server = join(folder, 'server.cjs');
  const args = [isThere(server) ? server : join(folder, 'cli.mjs')];
  return packaged
    ? { file: process.execPath, args, env: { ...kept, ELECTRON_RUN_AS_NODE: '1' } }
    : { file: env.MICRO_NODE || 'node', args, env: kept };
}
