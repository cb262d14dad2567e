/** A listening socket of `/proc/net/tcp` or `tcp6`. */
export interface ProcSocket {
  address: string;
  port: number;
  inode: string;
}

/** State `LISTEN` in the `st` column. */
const LISTEN = '0A';

/** Reads the listening sockets of `/proc/net/tcp` (`v6`: of `tcp6`). Addresses are hexadecimal words in host order. */
export function parseProcNetTcp(text: string, v6: boolean): ProcSocket[] {
  const sockets: ProcSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    const inode = fields[9];
    if (state !== LISTEN || !local || !inode) continue;
    const colon = local.indexOf(':');
    const hex = local.slice(0, colon);
    sockets.push({
      address: v6 ? ipv6(hex) : bytesOf(hex).join('.'),
      port: Number.parseInt(local.slice(colon + 1), 16),
      inode,
    });
  }
  return sockets;
}

/** The bytes of one 32-bit word, which the kernel prints least significant byte first. */
function bytesOf(word: string): number[] {
  const bytes: number[] = [];
  for (let i = 6; i >= 0; i -= 2) bytes.push(Number.parseInt(word.slice(i, i + 2), 16));
  return bytes;
}

function ipv6(hex: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < 32; i += 8) bytes.push(...bytesOf(hex.slice(i, i + 8)));
  const mapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return bytes.slice(12).join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  // The longest run of zero groups becomes `::` (RFC 5952).
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)(0(?::0)+)(?=:|$)/g)].sort(
    (a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0),
  );
  const run = runs[0];
  if (!run) return text;
  const before = text.slice(0, run.index);
  const after = text.slice((run.index ?? 0) + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}
