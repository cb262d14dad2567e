import { randomBytes } from 'node:crypto';

/** A place in a trace, as the header `traceparent` carries it (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the span of this hop. */
  spanId: string;
  /** Span of the caller; empty when this hop begins the trace. */
  parentSpanId: string;
  /** Value of `traceparent` for the next hop. */
  header: string;
}

/** Version, trace id, parent id, flags; later versions may append fields, which must not be refused (section 4.3). */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Random bytes are drawn in blocks: one call into the system for some hundred ids instead of one each. */
const BLOCK_BYTES = 8192;
let block = '';
let used = 0;

function randomHex(digits: number): string {
  if (used + digits > block.length) {
    block = randomBytes(BLOCK_BYTES).toString('hex');
    used = 0;
  }
  used += digits;
  const hex = block.slice(used - digits, used);
  // All zeros stand for "invalid" in the standard.
  return /[^0]/.test(hex) ? hex : randomHex(digits);
}

/** Continues the trace of an incoming `traceparent`, or begins one when it is missing or not valid. */
export function continueTrace(traceparent: string | undefined): TraceContext {
  const spanId = randomHex(16);
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (match && isValid(match)) {
    const [, , traceId, parentSpanId, flags] = match as unknown as [string, string, string, string, string];
    return { traceId, spanId, parentSpanId, header: `00-${traceId}-${spanId}-${flags}` };
  }
  const traceId = randomHex(32);
  return { traceId, spanId, parentSpanId: '', header: `00-${traceId}-${spanId}-01` };
}

function isValid(match: RegExpExecArray): boolean {
  const [, version, traceId = '', parentId = '', , rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return false;
  return /[^0]/.test(traceId) && /[^0]/.test(parentId);
}
