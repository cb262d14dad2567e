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
  /** A context; `true`: the current one. */
  kubernetes: string | true | undefined;
  kubeconfig: string | undefined;
  imagePrefix: string | undefined;
  advertise: string | undefined;
}
