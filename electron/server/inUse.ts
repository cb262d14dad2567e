/** What {@link inUse} looks at. */
export interface InUseOptions {
  /** The API; undefined before the server listens. `clients`: under way; `calls`: so far. */
  api: () => { readonly clients: number; readonly calls: number } | undefined;
  /** Nothing runs, and nothing is to run. */
  isIdle: () => boolean;
  /** The cluster that services run in; undefined: they are processes of this machine. */
  kubernetes: { advertise?: string } | undefined;
}

/**
 * A look that says whether somebody needs a server since the look before: a client, also one that came and went in between, or
 * services. Those of a cluster go on without their server, unless pods were told to use it.
 */
export function inUse({ api, isIdle, kubernetes }: InUseOptions): () => boolean {
  const servicesNeedIt = kubernetes === undefined || kubernetes.advertise !== undefined;
  let seen = 0;
  return () => {
    const { clients = 0, calls = 0 } = api() ?? {};
    const isCalled = clients > 0 || calls > seen;
    seen = calls;
    return isCalled || (servicesNeedIt && !isIdle());
  };
}
