import { Kind } from '../../shared/contract/gen/state_pb.ts';
import classes from './LanguageMark.module.css';

/** Colour behind each mark: the language's own where white text is readable on it, a darker one where it is not. */
const marks: Record<string, { text: string; colour: string; title: string }> = {
  js: { text: 'JS', colour: '#347c37', title: 'JavaScript' },
  ts: { text: 'TS', colour: '#2f74c0', title: 'TypeScript' },
  py: { text: 'PY', colour: '#3776ab', title: 'Python' },
  go: { text: 'GO', colour: '#007d9c', title: 'Go' },
  java: { text: 'JV', colour: '#96600f', title: 'Java' },
  kt: { text: 'KT', colour: '#7f52c9', title: 'Kotlin' },
  rs: { text: 'RS', colour: '#a8461d', title: 'Rust' },
  rb: { text: 'RB', colour: '#b32629', title: 'Ruby' },
  php: { text: 'PH', colour: '#5d639f', title: 'PHP' },
  cs: { text: 'C#', colour: '#68217a', title: 'C#' },
  c: { text: 'C', colour: '#53617a', title: 'C' },
  cpp: { text: 'C+', colour: '#00599c', title: 'C++' },
  ex: { text: 'EX', colour: '#6e4a7e', title: 'Elixir' },
  deno: { text: 'DN', colour: '#30363d', title: 'Deno' },
  bun: { text: 'BN', colour: '#7a5c3e', title: 'Bun' },
  sh: { text: 'SH', colour: '#646e7c', title: 'Shell' },
  docker: { text: 'DK', colour: '#1d63a8', title: 'Container' },
};

/** The small square that says what a service is written in; what it is, where the language is not known. */
export function LanguageMark({ language, kind }: { language: string; kind?: Kind }) {
  const mark = marks[language] ?? fallback(language, kind);
  return (
    <svg className={classes.mark} width="18" height="18" viewBox="0 0 18 18" role="img" aria-label={mark.title}>
      <title>{mark.title}</title>
      <rect width="18" height="18" rx="4" fill={mark.colour} />
      <text x="9" y="12.3" textAnchor="middle">
        {mark.text}
      </text>
    </svg>
  );
}

function fallback(language: string, kind: Kind | undefined): { text: string; colour: string; title: string } {
  if (language) return { text: language.slice(0, 2).toUpperCase(), colour: '#646e7c', title: language };
  if (kind === Kind.EXTERNAL) return { text: '↗', colour: '#646e7c', title: 'External' };
  if (kind === Kind.TASK) return { text: '✓', colour: '#646e7c', title: 'Task' };
  return { text: '>_', colour: '#646e7c', title: 'Program' };
}
