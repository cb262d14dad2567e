import type { Call } from '../../electron/server/traffic/call.ts';

/** A call that went well, with what a test says about it. */
export function aCall(parts: Partial<Call>): Call {
  return {
    id: 0,
    at: 1_700_000_000_000,
    from: 'web',
    to: 'cart',
    node: 'cart-1',
    via: 'proxy',
    kind: 'http',
    method: 'GET',
    path: '/items',
    status: 200,
    requestBytes: 0,
    responseBytes: 2,
    durationMs: 5,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: '',
    error: '',
    ...parts,
  };
}
