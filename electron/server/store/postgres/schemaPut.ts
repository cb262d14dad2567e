import type { SchemaNames } from './schemaNames.ts';

/**
 * What most writes are: one without condition, end and metadata. It writes nothing down about who sent it: one that is sent
 * again is recognised by what it left, see `put_again_v2`, which costs only those few whose answer was lost.
 */
export function put({ s, lock, channel }: SchemaNames): string {
  return `
-- Stores a record that has no end and no metadata. Returns its number.
CREATE OR REPLACE FUNCTION ${s}.put_v2(d text, t text, k bytea, v bytea) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
  r bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  INSERT INTO ${s}.records (database, tbl, key, revision, ends, bytes, metadata, value)
    VALUES (d, t, k, nextval('${s}.revision'), NULL, length(v), '', v)
    ON CONFLICT (database, tbl, key) DO UPDATE SET revision = excluded.revision, ends = NULL,
    bytes = excluded.bytes, metadata = '', value = excluded.value
    RETURNING revision INTO r;
  PERFORM pg_notify('${channel}', 'w ' || r || ' ' || d || ' ' || t || ' ' || encode(k, 'hex'));
  RETURN r;
END $$;

-- The same, sent before; whoever sent it knew of nothing newer than known. Returns the number that it had then, does it now when
-- nothing happened to the key since, and returns null when somebody else wrote or removed it, so that nobody can tell.
CREATE OR REPLACE FUNCTION ${s}.put_again_v2(known double precision, d text, t text, k bytea, v bytea)
RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
  old record;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  SELECT revision, ends, metadata, value INTO old FROM ${s}.records WHERE database = d AND tbl = t AND key = k;
  IF FOUND AND old.revision > known THEN
    IF old.ends IS NULL AND old.metadata = '' AND old.value = v THEN RETURN old.revision; END IF;
    RETURN NULL;
  END IF;
  PERFORM FROM ${s}.removed WHERE revision > known AND database = d AND tbl = t AND key = k;
  IF FOUND THEN RETURN NULL; END IF;
  RETURN ${s}.put_v2(d, t, k, v);
END $$;
`;
}
