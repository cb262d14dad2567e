/** What stands where a secret was. */
export const REMOVED = '[removed]';

/** Names whose values are nobody's business. */
const NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passwd|secret|token|api[-_]?key|authorization|cookie|private[-_]?key|credential)[\w.-]*`;

/** Patterns with what takes their place; `$1` is what may stay. */
const RULES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REMOVED],
  // Before names: the name "authorization" would only take the word Bearer.
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}/gi, `$1 ${REMOVED}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${REMOVED}@`],
  [new RegExp(`("${NAME}"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s,}\\]]+)`, 'gi'), `$1"${REMOVED}"`],
  [
    new RegExp(`\\b(${NAME}\\s*[=:]\\s*)(?!\\s*(?:Bearer|Basic)\\b)(?:"[^"]*"|'[^']*'|[^\\s,;&"'}\\]]+)`, 'gi'),
    `$1${REMOVED}`,
  ],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, REMOVED],
  [/\b(?:gh[opsu]|github_pat|npm|sk|xox[abp]|glpat)[-_][A-Za-z0-9_-]{16,}/g, REMOVED],
  [/\bAKIA[A-Z0-9]{16}\b/g, REMOVED],
];

/**
 * A text that may be handed to a stranger: without the values of names that sound secret, tokens of known shapes, user
 * parts of addresses, and the given values themselves.
 * @param known secrets by their value, e.g. the token of the server
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const value of known) if (value !== '') clean = clean.replaceAll(value, REMOVED);
  for (const [pattern, replacement] of RULES) clean = clean.replace(pattern, replacement);
  return clean;
}
