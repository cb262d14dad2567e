import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MicroServer } from '../../server/index.ts';
import { ActionReport } from '../actionReport.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, engineAddresses } from '../engineOptions.ts';
import { type ExitCode, exitCode } from '../exitCode.ts';
import { addKubernetesOptions, kubernetesOptions } from '../kubernetesOptions.ts';
import { collect } from '../parseEnv.ts';
import { parsePort } from '../parsePort.ts';
import { addExamples } from '../program.ts';
import { listenOptions } from '../listenOptions.ts';
import { requireFolder } from '../requireFolder.ts';
import { ServerReport } from '../serverReport.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';
import { cliVersion } from '../version.ts';

/** Signals that ask the server to stop: ctrl-C, a service manager, and a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
      .option('--ui', 'also print a link that opens the window in a browser, good for one use');
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
      ['micro server --runtime kubernetes --namespace shop', 'services run in the current cluster'],
      ['micro server --gateway 0 --proxy 0 --json', 'on free ports; prints {"ready":true,"gateway",…}'],
    ]);
  },
  async run(context, _args, options) {
    const gatewayPort = parsePort('gateway', options.gateway);
    const proxyPort = parsePort('proxy', options.proxy);
    const endWhenIdleMs = idleTime(options.endWhenIdle);
    const folders = (options.project as string[] | undefined) ?? [];
    for (const folder of folders) await requireFolder(resolve(context.cwd, folder), folder);
    const listen = listenOptions(context, options);
    const kubernetes = kubernetesOptions(context, options);
    const uiFolder = builtUi();
    // Only now: help and usage errors need no server.
    const { createServer } = await import('../../server/index.ts');
    const server = createServer({
      home: context.home,
      version: cliVersion,
      projects: folders.map((folder) => resolve(context.cwd, folder)),
      ...(gatewayPort === undefined ? {} : { gatewayPort }),
      ...(proxyPort === undefined ? {} : { proxyPort }),
      ...(endWhenIdleMs === undefined ? {} : { endWhenIdleMs }),
      engines: engineAddresses(context, options),
      auth: options.auth === true,
      ...(listen === undefined ? {} : { listen }),
      ...(kubernetes === undefined ? {} : { kubernetes }),
      ...(uiFolder === undefined ? {} : { uiFolder }),
      onDidLog(entry) {
        if (entry.level !== 'warn' && entry.level !== 'error') return;
        if (context.json) context.err.json(entry);
        else
          context.err.line(
            `${context.err.colours.yellow(`${entry.level}:`)} ${entry.message}${fieldsOf(entry.fields)}`,
          );
      },
    });
    return new ServerHost(context, server, options.ui === true).run();
  },
};

/** Long enough for an app that is started anew to come back to its server, s. */
const IDLE_SECONDS = 10;

function idleTime(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (value === true) return IDLE_SECONDS * 1000;
  const seconds = Number(value);
  if (seconds >= 0 && String(value).trim() !== '') return seconds * 1000;
  throw usageError(`--end-when-idle "${String(value)}" is no number of seconds`, 'for example: --end-when-idle 10');
}

/** Runs one server and says what happens in it. */
class ServerHost {
  private readonly report: ActionReport;
  private readonly news: ServerReport;
  private stopping: Promise<void> | undefined;
  private finish: (code: ExitCode) => void = () => {};

  constructor(
    private readonly context: CliContext,
    private readonly server: MicroServer,
    private readonly showsLink: boolean,
  ) {
    // With --json stdout holds the ready line alone, so that a program can read it; what follows goes to stderr.
    this.report = new ActionReport(context.json ? { ...context, out: context.err } : context);
    this.news = new ServerReport(context, this.report);
  }

  async run(): Promise<ExitCode> {
    const ended = new Promise<ExitCode>((resolve) => {
      this.finish = resolve;
    });
    const events = this.server.onDidEvent((event) => this.report.add(event));
    const notices = this.server.onDidNotice((notice) => this.news.addNotice(notice));
    const reloads = this.server.onDidReload((reload) => this.news.addReload(reload));
    const requests = this.server.onDidRequestShutdown(() => this.stop('asked by a client'));
    const handleSignal = (signal: NodeJS.Signals): void => this.stop(signal);
    for (const signal of STOP_SIGNALS) process.on(signal, handleSignal);
    try {
      const ready = await this.server.start();
      if (!this.stopping) this.sayReady(ready);
      return await ended;
    } catch (error) {
      await this.server.stop();
      throw error;
    } finally {
      for (const signal of STOP_SIGNALS) process.removeListener(signal, handleSignal);
      events.dispose();
      notices.dispose();
      reloads.dispose();
      requests.dispose();
    }
  }

  /** The first time in order; the second time at once. */
  private stop(why: string): void {
    const { context } = this;
    if (this.stopping) {
      if (!context.json) context.err.line(`${why} again: ending everything at once`);
      this.server.forceStop().then(
        () => this.finish(exitCode.failed),
        () => this.finish(exitCode.failed),
      );
      return;
    }
    context.say(`stopping (${why}); once more ends everything at once`);
    this.stopping = this.server
      .stop((event) => this.report.add(event))
      .then(
        () => {
          context.say('stopped');
          this.finish(exitCode.fine);
        },
        (error: unknown) => {
          context.err.line(
            `${context.err.colours.red('error:')} ${error instanceof Error ? error.message : String(error)}`,
          );
          this.finish(exitCode.failed);
        },
      );
  }

  private sayReady(ready: Awaited<ReturnType<MicroServer['start']>>): void {
    const { context } = this;
    const { gateway, proxy, pid, reachable } = ready;
    if (context.json) {
      context.out.json({
        ready: true,
        gateway,
        proxy,
        pid,
        ...(reachable ? { reachable } : {}),
        ...(ready.moved.length > 0 ? { moved: ready.moved } : {}),
        ...(this.showsLink ? { ui: this.server.uiLink() } : {}),
      });
      return;
    }
    const { out, err } = context;
    for (const sentence of ready.moved) err.line(`${err.colours.yellow('note:')} ${sentence}`);
    out.line(`micro server ${cliVersion} is ready (pid ${pid})`);
    out.line(`  gateway  ${out.colours.cyan(gateway)}`);
    out.line(`  proxy    ${out.colours.cyan(proxy)}`);
    out.line(`  home     ${context.home}`);
    if (reachable) {
      out.line(`  reach    ${out.colours.cyan(reachable.api)} from other machines`);
      if (reachable.gateway) out.line(`  public   ${out.colours.cyan(reachable.gateway)}`);
      if (reachable.fingerprint) out.line(`  SHA-256  ${reachable.fingerprint}`);
      else err.line(`${err.colours.red('WARNING:')} without TLS; everybody on the way reads tokens and data`);
    }
    if (this.showsLink) out.line(`  window   ${out.colours.cyan(this.server.uiLink())}`);
    context.say('  Ctrl-C stops everything');
  }
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

function fieldsOf(fields: Record<string, unknown> | undefined): string {
  if (!fields) return '';
  const text = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
  return text.length > 0 ? ` (${text.join(', ')})` : '';
}
