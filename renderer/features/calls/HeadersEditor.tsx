import { IconX } from '@tabler/icons-react';
import type { DraftHeader } from '../../state/callDraft.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './Calls.module.css';

/** Names that are offered while one types. */
const commonNames = ['accept', 'authorization', 'content-type', 'cookie', 'if-none-match', 'x-request-id'] as const;

/** Headers as pairs; an empty pair at the end waits for the next one. */
export function HeadersEditor({
  headers,
  onHeaders,
}: {
  headers: readonly DraftHeader[];
  onHeaders: (headers: readonly DraftHeader[]) => void;
}) {
  const rows = [...headers, { name: '', value: '' }];
  const change = (at: number, part: Partial<DraftHeader>): void => {
    const next = rows.map((header, index) => (index === at ? { ...header, ...part } : header));
    onHeaders(next.filter(({ name, value }) => name !== '' || value !== ''));
  };
  return (
    <div className={classes.headers}>
      <datalist id="call-header-names">
        {commonNames.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {rows.map(({ name, value }, index) => (
        // A header has no identity but its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.header}>
          <input
            list="call-header-names"
            aria-label={`Name of header ${index + 1}`}
            placeholder="name"
            value={name}
            spellCheck={false}
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <input
            aria-label={`Value of header ${index + 1}`}
            placeholder="value, or {{NAME}} of a variable"
            value={value}
            spellCheck={false}
            onChange={(event) => change(index, { value: event.target.value })}
          />
          {index < headers.length ? (
            <Button
              variant="quiet"
              aria-label={`Remove header ${name}`}
              icon={<IconX size={14} />}
              onClick={() => onHeaders(headers.filter((_header, other) => other !== index))}
            />
          ) : (
            <span />
          )}
        </div>
      ))}
    </div>
  );
}
