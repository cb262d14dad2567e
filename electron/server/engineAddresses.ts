/** Where a server keeps what is not its own, as URLs; what is not named is in files and memory of the server. */
export interface EngineAddresses {
  /** `postgres://[user@]host[:port]/database[?schema=name]`: records, and with them config and accounts. */
  store?: string;
  /** `nats://[user@]host[:port][/prefix][?replicas=n]`: events, and messages of the broker, of all servers of the prefix. */
  events?: string;
  /** `etcd://[user@]host[:port][/prefix]`: who is up, on all servers of the prefix. */
  registry?: string;
  /** The host at which other servers reach services of this one; by default its first address in a network. */
  advertise?: string;
  /** What this server is called among the others; by default its machine's name. */
  name?: string;
}
