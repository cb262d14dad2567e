import { toMicroError } from '../../../shared/contract/errors.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addEngineOptions } from '../engineOptions.ts';
import { addKubernetesOptions } from '../kubernetesOptions.ts';
import { collect } from '../parseEnv.ts';
import { parsePort } from '../parsePort.ts';
import { addProfileOption, profileChoice } from '../profile.ts';
import { addExamples } from '../program.ts';
import { listenOptions } from '../listenOptions.ts';
import { requireFolder } from '../requireFolder.ts';
import { exitCodeOf } from '../exitCode.ts';
import { LoggedConsole } from '../loggedConsole.ts';
import { ServerHost } from '../serverHost.ts';
import { logFormat, ServerLog } from '../serverLog.ts';
import { TextConsole } from '../textConsole.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';
import { cliVersion } from '../version.ts';

/** `micro server`: hosts the server in this process until a signal or a client ends it. */
export const serverVerb: Verb = {
  configure(command) {
    command
      .option('--project <dir>', 'open a project and start its services; may be given several times', collect)
      .option('--gateway <port>', 'port for HTTP from outside (default: 8080 or the next free one; 0: any)')
      .option('--proxy <port>', 'port for the API and between services (default: 8081 or the next free one; 0: any)')
      .option(
        '--end-when-idle [seconds]',
        'end by itself once whoever started it is gone and nothing uses it (default: 10)',
      )
      .option(
        '--await-key [seconds]',
        'secrets whose key is in the keychain of the system wait so long for the app to open it (default: 30)',
      )
      .option('--auth', 'hold calls to services against the rules of micro auth, whatever settings.json says')
      .option(
        '--listen <address[:port]>',
        'be reachable from other machines there (port: 8443), over TLS, for accounts',
      )
      .option('--tls-cert <file>', '--listen: certificate chain (PEM); renewed files are taken up')
      .option('--tls-key <file>', '--listen: its key (PEM)')
      .option('--name <name>', '--listen: a name it is known by, beside those of the certificate', collect)
      .option('--listen-gateway <address[:port]>', '--listen: the gateway too, there (port: 443)')
      .option(
        '--admin-secret <file>',
        '--listen: makes the account admin with the secret in this file, if it is missing',
      )
      .option('--insecure-listen', '--listen without TLS: everybody on the way reads tokens and data')
      .option('--log-format <json|text>', 'write its log to stderr, an entry a line, in place of what it tells people')
      .option('--ui', 'also print a link that opens the window in a browser, good for one use');
    addProfileOption(command);
    addEngineOptions(command);
    addKubernetesOptions(command);
    addExamples(command, [
      ['micro server', 'with the projects that were open last'],
      ['micro server --project examples/shop', 'with a project, whose services start'],
      [
        'micro server --listen 0.0.0.0 --tls-cert c.pem --tls-key k.pem',
        'for other machines: micro env add NAME HOST:8443',
      ],
      [
        'micro server --store postgres://micro@db/micro',
        'shares records and config; the password by PGPASSWORD or ~/.pgpass',
      ],
      [
        'micro server --profile server',
        'shares store, events and registry, at MICRO_STORE, MICRO_EVENTS and MICRO_REGISTRY',
      ],
      ['micro server --runtime kubernetes --namespace shop', 'services run in the current cluster'],
      ['micro server --gateway 0 --proxy 0 --json', 'on free ports; prints {"ready":true,"gateway",…}'],
    ]);
  },
  async run(context, _args, options) {
    const gatewayPort = parsePort('gateway', options.gateway);
    const proxyPort = parsePort('proxy', options.proxy);
    const endWhenIdleMs = seconds('end-when-idle', options.endWhenIdle, IDLE_SECONDS);
    const awaitKeyMs = seconds('await-key', options.awaitKey, AWAIT_KEY_SECONDS);
    const folders = (options.project as string[] | undefined) ?? [];
    for (const folder of folders) await requireFolder(resolve(context.cwd, folder), folder);
    const listen = listenOptions(context, options);
    const { engines, kubernetes } = profileChoice(context, options);
    const format = logFormat(options.logFormat);
    const log = format && new ServerLog((line) => context.err.line(line), format);
    const uiFolder = builtUi();
    // Only now: help and usage errors need no server.
    const { createServer } = await import('../../server/index.ts');
    const console = log ? new LoggedConsole(context, log) : new TextConsole(context);
    const server = createServer({
      home: context.home,
      version: cliVersion,
      projects: folders.map((folder) => resolve(context.cwd, folder)),
      ...(gatewayPort === undefined ? {} : { gatewayPort }),
      ...(proxyPort === undefined ? {} : { proxyPort }),
      ...(endWhenIdleMs === undefined ? {} : { endWhenIdleMs }),
      ...(awaitKeyMs === undefined ? {} : { awaitKeyMs }),
      engines,
      auth: options.auth === true,
      ...(listen === undefined ? {} : { listen }),
      ...(kubernetes === undefined ? {} : { kubernetes }),
      ...(uiFolder === undefined ? {} : { uiFolder }),
      onDidLog: (entry) => console.add(entry),
    });
    const host = new ServerHost(server, console, options.ui === true);
    if (!log) return host.run();
    return host.run().catch((error: unknown) => {
      // Why it did not start is an entry like all others.
      console.fail(error);
      return exitCodeOf(toMicroError(error));
    });
  },
};

/** Long enough for an app that is started anew to come back to its server, s. */
const IDLE_SECONDS = 10;

/** Long enough for the app to start and for a person to unlock the keychain that the system asks for, s. */
const AWAIT_KEY_SECONDS = 30;

/** ms of an option that takes seconds, or stands without them; undefined where it is not given. */
function seconds(option: string, value: unknown, usual: number): number | undefined {
  if (value === undefined) return undefined;
  if (value === true) return usual * 1000;
  const given = Number(value);
  if (given >= 0 && String(value).trim() !== '') return given * 1000;
  throw usageError(`--${option} "${String(value)}" is no number of seconds`, `for example: --${option} ${usual}`);
}

/** The built page, `dist/renderer`: beside the bundle, or under the repository when run from source. */
function builtUi(): string | undefined {
  // Beside the bundle; in the archive of a packaged app, which the bundle lies outside of; from the sources.
  for (const path of ['../renderer', '../../../app.asar/dist/renderer', '../../../dist/renderer']) {
    const folder = fileURLToPath(new URL(path, import.meta.url));
    if (existsSync(`${folder}/index.html`)) return folder;
  }
  return undefined;
}
