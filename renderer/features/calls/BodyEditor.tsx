import { Button } from '../../ui/Button.tsx';
import { jsonProblem, prettyJson } from './callRequest.ts';
import classes from './Calls.module.css';

/** The body as text; JSON is checked while one types and can be put in order. */
export function BodyEditor({ body, onBody }: { body: string; onBody: (body: string) => void }) {
  const problem = jsonProblem(body);
  return (
    <div className={classes.bodyEditor}>
      <textarea
        className={classes.text}
        aria-label="Text of the body"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : 'call-body-problem'}
        value={body}
        placeholder={'{ "json": "or any text" }'}
        spellCheck={false}
        onChange={(event) => onBody(event.target.value)}
      />
      <div className={classes.bodyBar}>
        {problem === undefined ? null : (
          <span id="call-body-problem" className={classes.problem}>
            {problem}
          </span>
        )}
        <span className={classes.grow} />
        <Button
          variant="quiet"
          disabled={body === '' || problem !== undefined}
          onClick={() => onBody(prettyJson(body))}
        >
          Format
        </Button>
      </div>
    </div>
  );
}
