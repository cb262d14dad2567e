import { useState } from 'react';
import { type JsonValue, jsonSummary } from './jsonLine.ts';
import classes from './JsonTree.module.css';

/** Children of one value that are drawn before the rest waits behind a button. */
const shownChildren = 100;

function isContainer(value: JsonValue): value is JsonValue[] | { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null;
}

function entriesOf(value: JsonValue[] | { [key: string]: JsonValue }): [string, JsonValue][] {
  return Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
}

function Leaf({ value }: { value: Exclude<JsonValue, object> | null }) {
  if (typeof value === 'string') return <span className={classes.jsonText}>{value}</span>;
  return <span className={classes.jsonLiteral}>{String(value)}</span>;
}

function Field({ name, value, depth }: { name: string; value: JsonValue; depth: number }) {
  const [open, setOpen] = useState(false);
  const nested = isContainer(value);
  return (
    <>
      <div className={classes.jsonField} style={{ paddingLeft: depth * 14 }}>
        <span className={classes.jsonKey}>{name}</span>
        {nested ? (
          <button type="button" className={classes.jsonToggle} aria-expanded={open} onClick={() => setOpen(!open)}>
            <span aria-hidden="true">{open ? '▾' : '▸'}</span> {jsonSummary(value)}
          </button>
        ) : (
          <Leaf value={value} />
        )}
      </div>
      {nested && open ? <Fields value={value} depth={depth + 1} /> : null}
    </>
  );
}

function Fields({ value, depth }: { value: JsonValue[] | { [key: string]: JsonValue }; depth: number }) {
  const [all, setAll] = useState(false);
  const entries = entriesOf(value);
  const shown = all ? entries : entries.slice(0, shownChildren);
  return (
    <>
      {shown.map(([name, child]) => (
        <Field key={name} name={name} value={child} depth={depth} />
      ))}
      {shown.length < entries.length ? (
        <button type="button" className={classes.jsonToggle} onClick={() => setAll(true)}>
          {entries.length - shown.length} more
        </button>
      ) : null}
    </>
  );
}

/** The fields of a JSON line as a tree. */
export function JsonTree({ value }: { value: Readonly<Record<string, JsonValue>> }) {
  return <Fields value={{ ...value }} depth={0} />;
}
