const secretName =
  /(secret|token|passw(or)?d|passphrase|credential|(private|api|access|session|encryption|signing|master)_?key|cookie)|_pwd$|(^|_)(o?auth|dsn)$/i;
/** User and password inside a URL. */
const urlWithPassword = /^[a-z][\w+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Whether a variable looks like a secret: by its name, or because its value is a URL with a password. */
export function isSecret(name: string, value: string): boolean {
  return value !== '' && (secretName.test(name) || urlWithPassword.test(value));
}
