import { createHash } from 'node:crypto';
import { MicroError } from '../../../../shared/contract/errors.ts';

/** The form of the tables; a server that does not know it does not touch them. */
const FORM = 1;
/** Names that are themselves in any notation; some of them are words of SQL, so statements quote them. */
const NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/** The name of a schema as it stands in a statement. */
export function quoted(schema: string): string {
  return `"${schema}"`;
}

/** Refuses a schema whose name would have to be escaped. */
export function checkSchema(schema: string): string {
  if (NAME.test(schema)) return schema;
  throw new MicroError('engine.invalid-address', `"${schema.slice(0, 80)}" is no name of a schema`, {
    next: 'It begins with a letter or _, and has at most 48 small letters, digits and _.',
  });
}

/** Refuses tables that a later version made. */
export function checkForm(form: string | undefined, address: string): void {
  if (form === String(FORM)) return;
  throw new MicroError('engine.refused', `the store at ${address} has the form ${form ?? 'of nothing'}, not ${FORM}`, {
    next: 'It was made by another version of Micro Desktop; use that one, or another schema: ?schema=NAME',
  });
}

/**
 * Makes what is missing. Every writer takes one lock, as in a file: so conditions see what was committed, and notifications,
 * numbers and commits have one order. It is held for one statement only.
 */
export function schemaStatements(schema: string): string {
  const lock = lockOf(schema);
  const s = quoted(schema);
  return `
SELECT pg_advisory_xact_lock(hashtext('micro schema ${schema}'));
CREATE SCHEMA IF NOT EXISTS ${s};
CREATE TABLE IF NOT EXISTS ${s}.about (form int NOT NULL, reached double precision NOT NULL DEFAULT 0, only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
INSERT INTO ${s}.about (form) VALUES (${FORM}) ON CONFLICT DO NOTHING;
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
    PERFORM pg_notify('micro_${schema}', CASE WHEN is_delete THEN 'd ' ELSE 'w ' END || r || ' ' || d || ' ' || t || ' ' || encode(k, 'hex'));
  END IF;
  IF remember THEN UPDATE ${s}.about SET reached = greatest(reached, at); END IF;
  UPDATE ${s}.writers SET batch = number, outcome = ARRAY[r], at = now() WHERE id = writer;
  IF NOT FOUND THEN INSERT INTO ${s}.writers (id, batch, outcome) VALUES (writer, number, ARRAY[r]); END IF;
  RETURN r;
END $$;

-- What most writes are: one that has no condition, no end and no metadata, and is not sent again.
CREATE OR REPLACE FUNCTION ${s}.put_v1(writer text, number double precision, d text, t text, k bytea, v bytea)
RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
  r bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  r := nextval('${s}.revision');
  INSERT INTO ${s}.records (database, tbl, key, revision, ends, bytes, metadata, value)
    VALUES (d, t, k, r, NULL, length(v), '', v)
    ON CONFLICT (database, tbl, key) DO UPDATE SET revision = excluded.revision, ends = NULL,
    bytes = excluded.bytes, metadata = '', value = excluded.value;
  PERFORM pg_notify('micro_${schema}', 'w ' || r || ' ' || d || ' ' || t || ' ' || encode(k, 'hex'));
  UPDATE ${s}.writers SET batch = number, outcome = ARRAY[r], at = now() WHERE id = writer;
  IF NOT FOUND THEN INSERT INTO ${s}.writers (id, batch, outcome) VALUES (writer, number, ARRAY[r]); END IF;
  RETURN r;
END $$;

-- Does the groups of a batch, each whole or not at all, once: asked for the same batch again, it says what came of it.
CREATE OR REPLACE FUNCTION ${s}.apply_v1(
  writer text, number double precision, again boolean, at double precision, remember boolean, grp int[], is_delete boolean[], d text[], t text[],
  k bytea[], v bytea[], life double precision[], m text[], cond double precision[]
) RETURNS double precision[] LANGUAGE plpgsql AS $$
DECLARE
  last_batch double precision;
  outcome double precision[];
  n int := array_length(grp, 1);
  i int := 1;
  j int;
  ends_at int;
  r double precision;
  notes text := '';
  before text;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  IF again THEN
    SELECT w.batch, w.outcome INTO last_batch, outcome FROM ${s}.writers w WHERE w.id = writer;
    IF last_batch >= number THEN RETURN outcome; END IF;
  END IF;
  outcome := array_fill(0::double precision, ARRAY[n]);
  WHILE i <= n LOOP
    ends_at := i;
    WHILE ends_at < n AND grp[ends_at + 1] = grp[i] LOOP ends_at := ends_at + 1; END LOOP;
    before := notes;
    IF ends_at = i THEN
      r := ${s}.step_v1(is_delete[i], d[i], t[i], k[i], v[i], ceil(at + life[i]), m[i], cond[i], at);
      outcome[i] := r;
      IF r > 0 THEN
        notes := notes || (CASE WHEN is_delete[i] THEN 'd ' ELSE 'w ' END || r || ' ' || d[i] || ' ' || t[i] || ' ' || encode(k[i], 'hex') || E'\\n');
      END IF;
    ELSE
      BEGIN
        FOR j IN i..ends_at LOOP
          r := ${s}.step_v1(is_delete[j], d[j], t[j], k[j], v[j], ceil(at + life[j]), m[j], cond[j], at);
          outcome[j] := r;
          IF r < 0 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = 'MC001'; END IF;
          IF r > 0 THEN
            notes := notes || (CASE WHEN is_delete[j] THEN 'd ' ELSE 'w ' END || r || ' ' || d[j] || ' ' || t[j] || ' ' || encode(k[j], 'hex') || E'\\n');
            IF length(notes) > 5000 THEN PERFORM pg_notify('micro_${schema}', notes); notes := ''; END IF;
          END IF;
        END LOOP;
      EXCEPTION WHEN SQLSTATE 'MC001' THEN
        notes := before;
        FOR j IN i..ends_at LOOP IF outcome[j] > 0 THEN outcome[j] := 0; END IF; END LOOP;
      END;
    END IF;
    IF length(notes) > 5000 THEN PERFORM pg_notify('micro_${schema}', notes); notes := ''; END IF;
    i := ends_at + 1;
  END LOOP;
  IF notes <> '' THEN PERFORM pg_notify('micro_${schema}', notes); END IF;
  IF remember THEN UPDATE ${s}.about SET reached = greatest(reached, at); END IF;
  INSERT INTO ${s}.writers AS w (id, batch, outcome) VALUES (writer, number, outcome)
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, outcome = excluded.outcome, at = now();
  RETURN outcome;
END $$;

-- Takes out records whose life is over, at most so many; returns how many it took.
CREATE OR REPLACE FUNCTION ${s}.sweep_v1(at double precision, most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  gone record;
  r bigint;
  notes text := '';
  taken int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(${lock});
  FOR gone IN
    DELETE FROM ${s}.records WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${s}.records WHERE ends <= at ORDER BY ends LIMIT most
    )) RETURNING database, tbl, key
  LOOP
    r := nextval('${s}.revision');
    INSERT INTO ${s}.removed (revision, type, database, tbl, key) VALUES (r, 'e', gone.database, gone.tbl, gone.key);
    notes := notes || 'e ' || r || ' ' || gone.database || ' ' || gone.tbl || ' ' || encode(gone.key, 'hex') || E'\\n';
    taken := taken + 1;
    IF length(notes) > 5000 THEN PERFORM pg_notify('micro_${schema}', notes); notes := ''; END IF;
  END LOOP;
  IF notes <> '' THEN PERFORM pg_notify('micro_${schema}', notes); END IF;
  UPDATE ${s}.about SET reached = at WHERE reached < at - 1000;
  DELETE FROM ${s}.removed WHERE removed.at < now() - interval '1 hour';
  DELETE FROM ${s}.writers WHERE writers.at < now() - interval '1 day';
  RETURN taken;
END $$;
`;
}

/** The number of the lock of all who write. */
function lockOf(schema: string): number {
  return createHash('sha256').update(`micro write ${schema}`).digest().readInt32BE(0);
}
