import { systemClock } from '../../../electron/server/base/clock.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import { Gateway } from '../../../electron/server/gateway/gateway.ts';
import { Proxy } from '../../../electron/server/proxy/proxy.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import { OUTSIDE } from '../../../electron/server/traffic/call.ts';
import { InFlight } from '../../../electron/server/traffic/inFlight.ts';
import { ProtocolPort } from '../../../electron/server/traffic/protocolPort.ts';

/**
 * Gateway and proxy alone, in front of one node, with nobody who is told their calls: what observing costs is the
 * difference. `node bareGateway.mjs GATEWAY_PORT PROXY_PORT TARGET_PORT`
 */
const [, , gatewayPort, proxyPort, target] = process.argv;
const registry = new MemoryRegistry(systemClock);
registry.register(
  { name: 'svc', version: '1' },
  { id: 'svc', address: '127.0.0.1', port: Number(target), metadata: {} },
);
const traffic = {
  registry,
  states: {
    state: () => undefined,
    names: () => [],
    onDidChange: new Emitter<{ services: ReadonlySet<string> }>().event,
  },
  inFlight: new InFlight(),
  onDidCall: () => {},
  callers: { callerOf: () => OUTSIDE },
};
const gateway = new Gateway({ ...traffic, version: 'bench' });
const proxy = new Proxy({ ...traffic, serviceOfToken: () => undefined, isOwnToken: () => false });
const port = new ProtocolPort(
  (request, response) => proxy.handleRequest(request, response),
  (request, socket, head) => proxy.handleUpgrade(request, socket, head),
);
void gateway.listen('127.0.0.1', Number(gatewayPort));
void port.listen('127.0.0.1', Number(proxyPort));
