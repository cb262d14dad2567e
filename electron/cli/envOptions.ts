/** Options of `micro env`. */
export interface EnvOptions {
  ca: string | undefined;
  fingerprint: string | undefined;
  trust: boolean;
  insecure: boolean;
  unchecked: boolean;
  colour: string | undefined;
  namespace: string | undefined;
  account: string | undefined;
}
