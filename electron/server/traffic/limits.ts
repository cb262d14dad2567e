/**
 * ms that a node may take for the head of its answer once it has the request. Long enough for a long poll or a report that
 * is computed; a service that hangs is told after it.
 */
export const ANSWER_TIMEOUT_MS = 120_000;

/** ms for a connection to be accepted. On this machine it takes none; an external address that is not there never answers. */
export const CONNECT_TIMEOUT_MS = 5000;

/**
 * Bytes of a head, in both directions. Node's 16 KB are too few for what some frameworks put into cookies; more than this
 * no common server takes.
 */
export const MAX_HEADER_BYTES = 64 * 1024;
