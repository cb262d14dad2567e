import type { SchemaNames } from './schemaNames.ts';

/** One operation, by the rules of a store: conditions, numbers, and what is told of removals. */
export function step({ s }: SchemaNames): string {
  return `
-- Does one operation. Returns its number; 0 when there was nothing to delete; -1 - the live number when the condition does
-- not hold (0: there is none). cond: null none, -1 absent.
CREATE OR REPLACE FUNCTION ${s}.step_v1(
  is_delete boolean, d text, t text, k bytea, v bytea, e double precision, m text, cond double precision, at double precision
) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
  old record;
  is_live boolean;
  r bigint;
BEGIN
  IF is_delete OR cond IS NOT NULL THEN
    SELECT revision, ends INTO old FROM ${s}.records WHERE database = d AND tbl = t AND key = k;
    is_live := FOUND AND (old.ends IS NULL OR old.ends > at);
    IF cond = -1 THEN
      IF is_live THEN RETURN -1 - old.revision; END IF;
    ELSIF cond IS NOT NULL THEN
      IF NOT is_live THEN RETURN -1; END IF;
      IF old.revision <> cond THEN RETURN -1 - old.revision; END IF;
    END IF;
    IF is_delete THEN
      DELETE FROM ${s}.records WHERE database = d AND tbl = t AND key = k;
      IF NOT is_live THEN RETURN 0; END IF;
      r := nextval('${s}.revision');
      INSERT INTO ${s}.removed (revision, type, database, tbl, key) VALUES (r, 'd', d, t, k);
      RETURN r;
    END IF;
  END IF;
  r := nextval('${s}.revision');
  INSERT INTO ${s}.records (database, tbl, key, revision, ends, bytes, metadata, value)
    VALUES (d, t, k, r, e, length(v), m, v)
    ON CONFLICT (database, tbl, key) DO UPDATE
    SET revision = r, ends = e, bytes = length(v), metadata = m, value = v;
  RETURN r;
END $$;
`;
}

/** An operation that came alone. */
export function applyOne({ s, lock, channel }: SchemaNames): string {
  return `
-- Does one operation that came alone, once: what most writes are, without the cost of arrays.
CREATE OR REPLACE FUNCTION ${s}.apply_one_v1(
  writer text, number double precision, again boolean, at double precision, remember boolean, is_delete boolean, d text, t text,
  k bytea, v bytea, life double precision, m text, cond double precision
) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
  last_batch double precision;
  r double precision;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  IF again THEN
    SELECT batch, outcome[1] INTO last_batch, r FROM ${s}.writers WHERE id = writer;
    IF last_batch >= number THEN RETURN r; END IF;
  END IF;
  IF is_delete OR cond IS NOT NULL THEN
    r := ${s}.step_v1(is_delete, d, t, k, v, ceil(at + life), m, cond, at);
  ELSE
    r := nextval('${s}.revision');
    INSERT INTO ${s}.records (database, tbl, key, revision, ends, bytes, metadata, value)
      VALUES (d, t, k, r, ceil(at + life), length(v), m, v)
      ON CONFLICT (database, tbl, key) DO UPDATE SET revision = excluded.revision, ends = excluded.ends,
      bytes = excluded.bytes, metadata = excluded.metadata, value = excluded.value;
  END IF;
  IF r > 0 THEN
    PERFORM pg_notify('${channel}', CASE WHEN is_delete THEN 'd ' ELSE 'w ' END || r || ' ' || d || ' ' || t || ' ' || encode(k, 'hex'));
  END IF;
  IF remember THEN UPDATE ${s}.about SET reached = greatest(reached, at); END IF;
  UPDATE ${s}.writers SET batch = number, outcome = ARRAY[r], at = now() WHERE id = writer;
  IF NOT FOUND THEN INSERT INTO ${s}.writers (id, batch, outcome) VALUES (writer, number, ARRAY[r]); END IF;
  RETURN r;
END $$;
`;
}
