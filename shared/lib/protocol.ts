/** Bytes of the connection preface of HTTP/2 (RFC 9113, section 3.4), `PRI * HTTP/2.0`, that no request of HTTP/1.1 begins with. */
const PREFACE = [0x50, 0x52, 0x49];

/** Whether a connection that begins with these bytes speaks HTTP/2 with prior knowledge; else it is HTTP/1.1. */
export function isHttp2(first: Uint8Array): boolean {
  return PREFACE.every((byte, index) => first[index] === byte);
}
