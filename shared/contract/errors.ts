/** What sort of failure a code stands for; decides the RPC code, the HTTP status and the exit code of the CLI. */
export type ErrorKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'denied'
  | 'unavailable'
  | 'timeout'
  | 'failed'
  | 'internal';

/**
 * Every error code of the product, with its kind and what it means. Codes are part of the contract: they are never
 * renamed and never used again for something else. The list in docs/errors.md is tested against this one.
 */
export const errorCatalogue = {
  'manifest.missing': {
    kind: 'not-found',
    means: 'The folder has no micro.yaml and nothing in it could be discovered.',
  },
  'manifest.unreadable': { kind: 'failed', means: 'micro.yaml exists but cannot be read.' },
  'manifest.syntax': { kind: 'invalid', means: 'micro.yaml is not valid YAML.' },
  'manifest.invalid': { kind: 'invalid', means: 'A value in micro.yaml is of the wrong kind or out of range.' },
  'manifest.unknown-key': { kind: 'invalid', means: 'micro.yaml has a key that does not exist.' },
  'manifest.unknown-service': { kind: 'invalid', means: 'dependsOn names a service that is not in the project.' },
  'project.not-found': { kind: 'not-found', means: 'No open project has this name or folder.' },
  'project.folder-missing': { kind: 'not-found', means: 'The folder of a project does not exist.' },
  'project.name-taken': { kind: 'conflict', means: 'Another open project or service already has this name.' },
  'project.elsewhere': { kind: 'conflict', means: 'Another server of the environment runs the project.' },
  'project.exists': { kind: 'conflict', means: 'micro.yaml is already there and is not overwritten.' },
  'new.folder-exists': {
    kind: 'conflict',
    means: 'The folder of a new service is already there; nothing was written.',
  },
  'export.exists': { kind: 'conflict', means: 'A file of an export is already there; nothing was written.' },
  'image.no-recipe': {
    kind: 'invalid',
    means: 'A service has no image, and none can be built from its folder.',
  },
  'image.no-builder': {
    kind: 'unavailable',
    means: 'An image has to be built, and nothing that builds one is installed.',
  },
  'image.failed': { kind: 'failed', means: 'An image could not be built, pushed or loaded.' },
  'image.no-base': { kind: 'unavailable', means: 'The image that another one is built on cannot be had.' },
  'image.no-space': { kind: 'failed', means: 'There is no room left where images are kept.' },
  'image.too-large': { kind: 'invalid', means: 'More of a folder would go into an image than an image should have.' },
  'image.denied': { kind: 'denied', means: 'The registry does not take an image from this account.' },
  'image.unreachable': { kind: 'unavailable', means: 'The registry that an image is pushed to does not answer.' },
  'image.no-registry': { kind: 'invalid', means: 'It is not known how the cluster gets an image that is built here.' },
  'runtime.unsupported': { kind: 'invalid', means: 'Services in this environment cannot do that.' },
  'runtime.no-version': { kind: 'not-found', means: 'There is no earlier version of the service to go back to.' },
  'kubernetes.no-config': { kind: 'not-found', means: 'No Kubernetes cluster is configured, or not under that name.' },
  'kubernetes.unreachable': { kind: 'unavailable', means: 'The Kubernetes cluster does not answer.' },
  'kubernetes.denied': { kind: 'denied', means: 'The account may not do that in the Kubernetes cluster.' },
  'kubernetes.not-ours': {
    kind: 'conflict',
    means:
      'An object of that name is in the namespace already and was not made by micro, or for another service; it is left alone.',
  },
  'kubernetes.conflict': { kind: 'conflict', means: 'Somebody else owns fields of an object that was to be changed.' },
  'kubernetes.failed': { kind: 'failed', means: 'The Kubernetes cluster refused a change.' },
  'service.not-found': { kind: 'not-found', means: 'No service has this name.' },
  'service.not-startable': {
    kind: 'invalid',
    means: 'The service cannot be started (external, disabled or without a command).',
  },
  'service.not-running': {
    kind: 'unavailable',
    means: 'Nothing of the service runs in which something could be done.',
  },
  'service.running': { kind: 'conflict', means: 'The service runs already, so another process cannot take its place.' },
  'service.no-listener': { kind: 'failed', means: 'Nothing listens on the port that a service was to be attached at.' },
  'debug.unavailable': { kind: 'failed', means: 'The debugger of the runtime is not installed.' },
  'debug.unsupported': { kind: 'invalid', means: 'It is not known how to debug what the service runs.' },
  'service.cycle': { kind: 'invalid', means: 'Services depend on each other in a circle.' },
  'service.failed': { kind: 'failed', means: 'The service did not get to the wanted status.' },
  'build.failed': { kind: 'failed', means: 'The build command of a service failed; the old version goes on serving.' },
  'reload.loop': {
    kind: 'failed',
    means: 'A service writes into its own watched folder and would be reloaded without end.',
  },
  'reload.missed': {
    kind: 'failed',
    means: 'Files changed while nobody watched them; the service was started with them.',
  },
  'config.loop': {
    kind: 'failed',
    means: 'A value of the config changes so often that the services that use it are not restarted for it any more.',
  },
  'config.followed': {
    kind: 'failed',
    means: 'A value of the config changed that is in the environment of a service, and what was done about it.',
  },
  'watch.limited': {
    kind: 'failed',
    means: 'Files are watched only in part or by polling, because of a limit of the system.',
  },
  'launch.command-not-found': { kind: 'failed', means: 'The program of a service is not installed or not on PATH.' },
  'launch.folder-missing': { kind: 'failed', means: 'The working folder of a service does not exist.' },
  'launch.environment-too-large': {
    kind: 'failed',
    means: 'A variable, or all together, exceed what the system takes.',
  },
  'launch.bad-command': { kind: 'invalid', means: 'The command of a service is empty or a quote in it is not closed.' },
  'launch.failed': { kind: 'failed', means: 'The system refused to start the process.' },
  'port.taken': { kind: 'conflict', means: 'A port that was asked for is held by another process.' },
  'env-file.unreadable': { kind: 'failed', means: 'An envFile of a service cannot be read.' },
  'stop.survivors': { kind: 'failed', means: 'Processes of a service are still alive after SIGKILL.' },
  'desktop.not-installed': {
    kind: 'unavailable',
    means: 'The desktop app does not belong to this installation of micro.',
  },
  'server.not-running': { kind: 'unavailable', means: 'No micro server runs for this MICRO_HOME.' },
  'server.already-running': { kind: 'conflict', means: 'A micro server already runs for this MICRO_HOME.' },
  'server.unreachable': { kind: 'unavailable', means: 'The server does not answer.' },
  'server.stopping': { kind: 'unavailable', means: 'The server is shutting down.' },
  'api.unauthenticated': { kind: 'denied', means: 'The token is missing or wrong.' },
  'api.forbidden-host': { kind: 'denied', means: 'The Host header does not name this server.' },
  'api.forbidden-origin': { kind: 'denied', means: 'The Origin header names a page that may not talk to this server.' },
  'api.content-type': { kind: 'denied', means: 'The body is not JSON or protobuf.' },
  'api.invalid': { kind: 'invalid', means: 'A field of the request has a value that is not allowed.' },
  'api.unknown-method': { kind: 'failed', means: 'The server has no such call; it may be of another version.' },
  'environment.not-found': { kind: 'not-found', means: 'No environment has this name.' },
  'environment.exists': { kind: 'conflict', means: 'An environment has this name already.' },
  'environment.invalid': { kind: 'invalid', means: 'An environment cannot be as it was described.' },
  'environment.file': { kind: 'failed', means: 'environments.json cannot be understood; nothing in it was changed.' },
  'environment.not-logged-in': { kind: 'denied', means: 'Nobody is logged in at the server of this environment.' },
  'environment.no-server': { kind: 'unavailable', means: 'What answers at the address is no micro server.' },
  'environment.no-tls': { kind: 'unavailable', means: 'What answers at the address does not speak TLS.' },
  'environment.certificate-name': { kind: 'denied', means: 'The certificate of a server is for another name.' },
  'environment.certificate-expired': {
    kind: 'denied',
    means: 'The certificate of a server has ended or is not good yet.',
  },
  'environment.certificate-unknown': {
    kind: 'denied',
    means: 'Nobody that is trusted signed the certificate of a server.',
  },
  'environment.certificate-changed': {
    kind: 'denied',
    means: 'A server shows another certificate than the one that was trusted.',
  },
  'environment.unsupported': { kind: 'invalid', means: 'This cannot be done at the server of another environment.' },
  'environment.not-confirmed': {
    kind: 'invalid',
    means: 'What ends or deletes something off local was not confirmed with the name of the environment.',
  },
  'listen.not-protected': {
    kind: 'invalid',
    means: 'A server was to be reachable from other machines without certificate, key or an account.',
  },
  'listen.certificate': { kind: 'failed', means: 'The certificate or key of micro server --listen cannot be used.' },
  'upload.refused': {
    kind: 'invalid',
    means: 'An uploaded project is no archive, too large, or would write outside of its folder.',
  },
  'auth.wrong-secret': { kind: 'denied', means: 'The account does not exist or has another secret.' },
  'auth.too-many-guesses': {
    kind: 'denied',
    means: 'An account was tried with too many wrong secrets and has to wait.',
  },
  'auth.token-ended': { kind: 'denied', means: 'An access or refresh token is too old.' },
  'auth.invalid': { kind: 'invalid', means: 'An account, a rule or a token cannot be as it was asked for.' },
  'auth.exists': { kind: 'conflict', means: 'There is an account or a rule of this id already.' },
  'auth.not-found': { kind: 'not-found', means: 'There is no account or rule of this id.' },
  'auth.forbidden': { kind: 'denied', means: 'The account or service may not use this.' },
  'logs.run-not-found': { kind: 'not-found', means: 'The service has no such run.' },
  'logs.bad-regex': { kind: 'invalid', means: 'The regular expression of a log query cannot be used.' },
  'terminal.limit': { kind: 'conflict', means: 'There are as many terminals as there may be.' },
  'terminal.not-found': { kind: 'not-found', means: 'No terminal has this id.' },
  'cli.usage': { kind: 'invalid', means: 'The command line cannot be understood.' },
  'settings.invalid': {
    kind: 'invalid',
    means: 'settings.json is not JSON, or a setting in it does not exist or has a value that it cannot have.',
  },
  'store.invalid-key': { kind: 'invalid', means: 'A key of the store is empty, too long or not text.' },
  'store.invalid-name': { kind: 'invalid', means: 'A database or table of the store has a name that it cannot have.' },
  'store.invalid-range': { kind: 'invalid', means: 'A limit, an offset or a life of a record is out of range.' },
  'store.too-large': { kind: 'invalid', means: 'A value, its metadata or a batch is larger than the store takes.' },
  'store.not-found': { kind: 'not-found', means: 'The store has no live record or blob with this key.' },
  'store.conflict': { kind: 'conflict', means: 'A record is not in the state that a write was made for.' },
  'store.bad-snapshot': { kind: 'invalid', means: 'A file is no snapshot of a store, or not whole.' },
  'config.not-found': { kind: 'not-found', means: 'The config has nothing at this path, or not this revision.' },
  'config.invalid-path': { kind: 'invalid', means: 'A path, a name or a namespace of the config cannot be one.' },
  'config.invalid-value': {
    kind: 'invalid',
    means: 'A value of the config is not JSON, or not of the kind that can be there.',
  },
  'config.secret-unreadable': { kind: 'failed', means: 'A secret was stored with another key, or for another place.' },
  'config.key-locked': {
    kind: 'unavailable',
    means: 'The key of secrets is in the keychain of the system, which only the app can open, and it did not.',
  },
  'config.key-wrong': { kind: 'invalid', means: 'A key that was handed over is not the one of the secrets.' },
  'config.conflict': {
    kind: 'conflict',
    means: 'A document of the config is not at the revision a change was made for.',
  },
  'config.busy': { kind: 'conflict', means: 'A document of the config is changed by too many at once.' },
  'events.invalid-name': { kind: 'invalid', means: 'A topic, group, queue or key has a name that it cannot have.' },
  'events.invalid-range': { kind: 'invalid', means: 'A position, limit or wait of events is out of range.' },
  'events.too-large': { kind: 'invalid', means: 'A payload or its metadata is larger than a topic takes.' },
  'events.limit': { kind: 'conflict', means: 'There are as many topics, groups or consumers as there may be.' },
  'events.topic-not-found': { kind: 'not-found', means: 'There is no topic of this name.' },
  'events.group-not-found': { kind: 'not-found', means: 'The topic has no group of this name.' },
  'events.in-use': { kind: 'conflict', means: 'A topic or group cannot be removed while somebody consumes it.' },
  'storage.corrupt': { kind: 'failed', means: 'A file of MICRO_HOME was damaged; it was set aside.' },
  'storage.full': { kind: 'failed', means: 'The disk is full.' },
  'storage.failed': { kind: 'failed', means: 'A file of MICRO_HOME cannot be read or written.' },
  'engine.invalid-address': { kind: 'invalid', means: 'The address of an engine is none, or one of another kind.' },
  'engine.unavailable': {
    kind: 'unavailable',
    means: 'An engine that the server keeps its state in cannot be reached.',
  },
  'engine.overloaded': {
    kind: 'unavailable',
    means: 'More is asked of an engine than it keeps up with; what was refused was not done.',
  },
  'engine.refused': {
    kind: 'denied',
    means: 'An engine does not let the server in, or was set up by another version.',
  },
  'gateway.no-service': { kind: 'not-found', means: 'The first path segment names no service.' },
  'gateway.not-ready': { kind: 'unavailable', means: 'The service has no ready instance.' },
  'gateway.upstream-failed': { kind: 'unavailable', means: 'The instance refused or broke the connection.' },
  'gateway.timeout': { kind: 'timeout', means: 'The instance did not answer in time.' },
  'calls.no-endpoint': { kind: 'not-found', means: 'The service offers no endpoint of this name.' },
  'calls.not-found': { kind: 'not-found', means: 'No saved call has this name.' },
  'traces.not-found': { kind: 'not-found', means: 'No trace with this id is kept.' },
  'internal.bug': { kind: 'internal', means: 'Something that should not happen; the server log has the details.' },
} as const satisfies Record<string, { kind: ErrorKind; means: string }>;

/** One of the codes of {@link errorCatalogue}. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Optional parts of a {@link MicroError}. */
export interface MicroErrorOptions {
  /** What the user can do next, as a sentence. */
  next?: string;
  /** Whether the same request may succeed later without a change. */
  retryable?: boolean;
  /** Further values for machines, e.g. file, line, column. */
  details?: Record<string, string | number | boolean>;
  cause?: unknown;
}

/**
 * An expected failure: a stable code, a message with the offending value, and a next step. Bugs are plain errors and
 * are reported as `internal.bug`.
 */
export class MicroError extends Error {
  override readonly name = 'MicroError';
  readonly next: string | undefined;
  readonly retryable: boolean;
  readonly details: Record<string, string | number | boolean>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: MicroErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.next = options.next;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }
}

/** The MicroError behind any thrown value; what is not one becomes `internal.bug` with the original as its cause. */
export function toMicroError(error: unknown): MicroError {
  if (error instanceof MicroError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MicroError('internal.bug', message, { cause: error });
}
