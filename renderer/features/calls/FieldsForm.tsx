import type { EndpointParameter } from '../../../shared/contract/gen/calls_pb.ts';
import classes from './Calls.module.css';

function Field({
  parameter,
  value,
  onValue,
}: {
  parameter: EndpointParameter;
  value: string;
  onValue: (value: string) => void;
}) {
  const { name, type, required, description, example } = parameter;
  const choices = parameter.choices.length > 0 ? parameter.choices : type === 'boolean' ? ['true', 'false'] : [];
  const id = `call-field-${parameter.in}-${name}`;
  return (
    <div className={classes.field}>
      <label htmlFor={id}>
        {name}
        {required ? <span title="Must be given"> *</span> : null}
        <small>
          {parameter.in}
          {type === '' ? '' : ` · ${type}`}
        </small>
      </label>
      {choices.length > 0 ? (
        <select id={id} value={value} required={required} onChange={(event) => onValue(event.target.value)}>
          <option value="">–</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : type === 'object' || type === 'array' ? (
        <textarea
          id={id}
          rows={2}
          value={value}
          placeholder={example || (type === 'array' ? '[]' : '{}')}
          spellCheck={false}
          onChange={(event) => onValue(event.target.value)}
        />
      ) : (
        <input
          id={id}
          value={value}
          placeholder={example}
          inputMode={type === 'number' || type === 'integer' ? 'decimal' : 'text'}
          spellCheck={false}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
      {description === '' ? null : <p>{description}</p>}
    </div>
  );
}

/** A field for each parameter of an endpoint. */
export function FieldsForm({
  parameters,
  values,
  onValue,
}: {
  parameters: readonly EndpointParameter[];
  values: Readonly<Record<string, string>>;
  onValue: (parameter: EndpointParameter, value: string) => void;
}) {
  return (
    <div className={classes.fields}>
      {parameters.map((parameter) => (
        <Field
          key={`${parameter.in} ${parameter.name}`}
          parameter={parameter}
          value={values[parameter.name] ?? ''}
          onValue={(value) => onValue(parameter, value)}
        />
      ))}
    </div>
  );
}
