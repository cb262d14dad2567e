/** Where an instance can be reached. */
export interface InstanceAddress {
  host: string;
  port: number;
}

/** host:port, IPv6 in brackets. */
export function addressText(address: InstanceAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
