import type { SchemaNames } from './schemaNames.ts';

/** The tables of a store, where they are missing. One server makes them at a time. */
export function tables({ s, name, form }: SchemaNames): string {
  return `
SELECT pg_advisory_xact_lock(hashtext('micro schema ${name}'));
CREATE SCHEMA IF NOT EXISTS ${s};
CREATE TABLE IF NOT EXISTS ${s}.about (form int NOT NULL, reached double precision NOT NULL DEFAULT 0, only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
INSERT INTO ${s}.about (form) VALUES (${form}) ON CONFLICT DO NOTHING;
CREATE SEQUENCE IF NOT EXISTS ${s}.revision;
CREATE TABLE IF NOT EXISTS ${s}.records (
  database text COLLATE "C" NOT NULL,
  tbl text COLLATE "C" NOT NULL,
  key bytea NOT NULL,
  revision bigint NOT NULL,
  ends double precision,
  bytes int NOT NULL,
  metadata text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (database, tbl, key)
);
-- Values are as their owners want them: to press them together takes longer than it saves.
ALTER TABLE ${s}.records ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS records_ends ON ${s}.records (ends) WHERE ends IS NOT NULL;
-- What is gone, for servers that were not connected when it went.
CREATE TABLE IF NOT EXISTS ${s}.removed (
  revision bigint PRIMARY KEY, type text NOT NULL, database text NOT NULL, tbl text NOT NULL, key bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
-- What came of the last batch of each server, so that one that did not hear of it can ask again.
CREATE TABLE IF NOT EXISTS ${s}.writers (
  id text PRIMARY KEY, batch double precision NOT NULL, outcome double precision[] NOT NULL, at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
`;
}
