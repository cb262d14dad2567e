/** One step on the way to a server, in the order in which they are gone. */
export interface ConnectionStep {
  step: 'name' | 'certificate' | 'context' | 'cluster' | 'rights' | 'login' | 'server' | 'health';
  ok: boolean;
  /** What was found, or what is wrong. */
  text: string;
  /** Where it is wrong, the error's code and what to do. */
  code?: string;
  next?: string;
  /** Of the certificate, also of one that is not trusted: somebody may compare it and trust it. */
  fingerprint?: string;
}
