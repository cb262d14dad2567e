/** Names of logs that no service writes. A dot cannot be in the name of a service, so that these are nobody else's. */
export const ownLogs = {
  /** What the server says. */
  server: 'micro',
  /** One line for each request, by port. */
  gateway: 'micro.gateway',
  proxy: 'micro.proxy',
} as const;

/** Whether a log has a line for each request. Such are read when they are named, not with "every service". */
export function isAccessLog(name: string): boolean {
  return name === ownLogs.gateway || name === ownLogs.proxy;
}
