/** What Node says of a certificate that it does not trust, and of a peer that does not speak TLS as it should. */
const TLS_CODES =
  /^(ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY)_\w+)$/;

/** Whether a connection failed for its certificates: the same will not go well later by itself. */
export function isTlsRefusal(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (TLS_CODES.test(String(code ?? ''))) return true;
  return cause !== undefined && cause !== error && isTlsRefusal(cause);
}
