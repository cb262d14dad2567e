import { useMemo } from 'react';
import classes from './JsonText.module.css';
import { jsonTokens } from './jsonTokens.ts';

/** Characters of JSON that are coloured; beyond, the colours cost more than they help. */
const colouredUpTo = 200_000;

/** JSON as it stands, in colours. */
export function JsonText({ text, className = '' }: { text: string; className?: string | undefined }) {
  const tokens = useMemo(() => (text.length <= colouredUpTo ? jsonTokens(text) : undefined), [text]);
  if (!tokens) return <pre className={className}>{text}</pre>;
  return (
    <pre className={`${classes.json} ${className}`}>
      {tokens.map((token, index) =>
        token.sort === 'other' ? (
          token.text
        ) : (
          // The stretches of a text have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <span key={index} data-sort={token.sort}>
            {token.text}
          </span>
        ),
      )}
    </pre>
  );
}
