import type { SchemaNames } from './schemaNames.ts';

/** Operations that came together, in groups of which each is done whole or not at all. */
export function applyMany({ s, lock, channel }: SchemaNames): string {
  return `
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
            IF length(notes) > 5000 THEN PERFORM pg_notify('${channel}', notes); notes := ''; END IF;
          END IF;
        END LOOP;
      EXCEPTION WHEN SQLSTATE 'MC001' THEN
        notes := before;
        FOR j IN i..ends_at LOOP IF outcome[j] > 0 THEN outcome[j] := 0; END IF; END LOOP;
      END;
    END IF;
    IF length(notes) > 5000 THEN PERFORM pg_notify('${channel}', notes); notes := ''; END IF;
    i := ends_at + 1;
  END LOOP;
  IF notes <> '' THEN PERFORM pg_notify('${channel}', notes); END IF;
  IF remember THEN UPDATE ${s}.about SET reached = greatest(reached, at); END IF;
  INSERT INTO ${s}.writers AS w (id, batch, outcome) VALUES (writer, number, outcome)
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, outcome = excluded.outcome, at = now();
  RETURN outcome;
END $$;
`;
}
