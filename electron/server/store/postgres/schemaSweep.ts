import type { SchemaNames } from './schemaNames.ts';

/** The end of lives, and of what is kept for those who missed something. */
export function sweep({ s, lock, channel }: SchemaNames): string {
  return `
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
    IF length(notes) > 5000 THEN PERFORM pg_notify('${channel}', notes); notes := ''; END IF;
  END LOOP;
  IF notes <> '' THEN PERFORM pg_notify('${channel}', notes); END IF;
  UPDATE ${s}.about SET reached = at WHERE reached < at - 1000;
  DELETE FROM ${s}.removed WHERE removed.at < now() - interval '1 hour';
  DELETE FROM ${s}.writers WHERE writers.at < now() - interval '1 day';
  RETURN taken;
END $$;
`;
}
