/** What accounts and rules need of a store; the composition root gives them the server's own. */
export interface AuthRecords {
  /** The text of a record, or undefined. */
  read(key: string): Promise<string | undefined>;
  /** Writes a record; resolves with false, and writes nothing, when it is to be new and there is one already. */
  write(key: string, text: string, options?: { isNew?: boolean; ttlMs?: number }): Promise<boolean>;
  /** Takes records out, all or none. */
  delete(keys: readonly string[]): Promise<void>;
  /** Keys that begin so, in order. */
  keys(prefix: string): Promise<string[]>;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;

/** Whether a text can be the id of an account or a rule. It has no slash, which is what keys are put together with. */
export function isId(text: string): boolean {
  return ID.test(text);
}
