import type { VerbAction } from './verbActions.ts';

/** Options of `micro auth`, as commander names them. */
export interface AuthOptions {
  namespace: string;
  scope: string;
  resource: string | undefined;
  access: string | undefined;
  priority: number;
  scopes: string[];
  type: string;
  name: string;
  secret: boolean;
  /** ms; 0: the usual time. */
  expiryMs: number;
  limit: number;
}

/** One word after `micro auth`. */
export type AuthAction = VerbAction<AuthOptions>;
