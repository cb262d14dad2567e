import { LanguageMark } from '../../ui/LanguageMark.tsx';
import type { DraftService } from './draftServices.ts';
import classes from './WelcomePage.module.css';

/** One found service: whether it is taken, its name and command, and why it was found. */
export function CandidateRow({
  draft,
  problem,
  onChange,
}: {
  draft: DraftService;
  problem: string | undefined;
  onChange: (change: Partial<DraftService>) => void;
}) {
  const { candidate } = draft;
  return (
    <li className={classes.candidate} data-off={draft.selected ? undefined : true}>
      <input
        type="checkbox"
        className={classes.check}
        aria-label={`Take ${draft.name}`}
        checked={draft.selected}
        onChange={(event) => onChange({ selected: event.target.checked })}
      />
      <LanguageMark language={candidate.language} kind={candidate.kind} />
      <input
        className={classes.input}
        aria-label="Name"
        aria-invalid={problem !== undefined}
        value={draft.name}
        disabled={!draft.selected}
        spellCheck={false}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <input
        className={`${classes.input} ${classes.command}`}
        aria-label={`Command of ${draft.name}`}
        value={draft.run}
        disabled={!draft.selected}
        spellCheck={false}
        onChange={(event) => onChange({ run: event.target.value })}
      />
      <div className={classes.why}>
        {problem ? <span className={classes.problem}>{problem}</span> : candidate.why}
        {candidate.path && candidate.path !== '.' ? ` · ${candidate.path}` : ''}
        {candidate.port > 0 ? ` · port ${candidate.port}` : ''}
      </div>
    </li>
  );
}
