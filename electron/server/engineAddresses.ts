/** Where a server keeps what is not its own, as URLs; what is not named is in files and memory of the server. */
export interface EngineAddresses {
  /** `postgres://[user@]host[:port]/database[?schema=name]`: records, and with them config and accounts. */
  store?: string;
}
