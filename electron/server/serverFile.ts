/**
 * Contents of `server.json` in MICRO_HOME (mode 0600): how to find and use the running server. `startTime` is what the
 * system says of the process; a pid alone may belong to somebody else by now.
 */
export interface ServerFile {
  pid: number;
  startTime: string;
  version: string;
  /** Base addresses, e.g. `http://127.0.0.1:8080`. */
  gateway: string;
  proxy: string;
  /** Opens the API; made anew at each start. */
  token: string;
}
