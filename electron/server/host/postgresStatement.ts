/** A statement of Postgres with its values; `name` lets a connection keep its plan. */
export interface Statement {
  name?: string;
  text: string;
  values?: unknown[];
}
