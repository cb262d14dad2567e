/** Ports that go without saying in URLs. */
const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'mysql:': 3306,
  'amqp:': 5672,
  'mongodb:': 27017,
  'nats:': 4222,
};

/** Host and port of `host:port`, `[ipv6]:port`, `:port`, `port` or a URL; undefined when there is no usable port in it. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const found = /^[a-z][\w+.-]*:\/\//i.test(text) ? fromUrl(text) : fromPair(text);
  return found && Number.isInteger(found.port) && found.port >= 1 && found.port <= 65535 ? found : undefined;
}

function fromUrl(text: string): { host: string; port: number } | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port) || (usualPorts[url.protocol] ?? 0),
  };
}

function fromPair(text: string): { host: string; port: number } | undefined {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\s]*)):)?(\d{1,5})$/.exec(text.trim());
  return match ? { host: match[1] || match[2] || '127.0.0.1', port: Number(match[3]) } : undefined;
}
