import { expect, it } from 'vitest';
import {
  parseConnections,
  parseLsofConnections,
  parseNetstat,
} from '../../../electron/server/host/connectionOwners.ts';

it('reads the open connections of Linux', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 26103 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C8B4 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 31415 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:1F91 0100007F:C8B4 01 00000000:00000000 00:00000000 00000000     0        0 31416 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:C8B6 0100007F:1F91 06 00000000:00000000 03:00001683 00000000     0        0 0 3 0000000000000000`;
  expect(parseConnections(text)).toEqual(
    new Map([
      ['51380 8081', '31415'],
      ['8081 51380', '31416'],
    ]),
  );
});

it('reads the connections of macOS', () => {
  const text = 'p812\nf23\nn127.0.0.1:51380->127.0.0.1:8081\nf24\nn*:7000\np9\nf4\nn[::1]:51381->[::1]:8081\n';
  expect(parseLsofConnections(text)).toEqual(
    new Map([
      ['51380 8081', 812],
      ['51381 8081', 9],
    ]),
  );
});

it('reads the connections of Windows, whatever its language', () => {
  const text = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          996
  TCP    127.0.0.1:51380        127.0.0.1:8081         HERGESTELLT      4711
  TCP    127.0.0.1:51381        127.0.0.1:8081         WARTEND          0
`;
  const found = parseNetstat(text);
  expect(found.get('51380 8081')).toBe(4711);
  expect(found.has('51381 8081')).toBe(false);
});
