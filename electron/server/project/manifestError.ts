import { MicroError } from '../../../shared/contract/errors.ts';
import type { ManifestProblem } from './manifestIssues.ts';
import { problemText } from './manifestParser.ts';

/** Everything wrong with a manifest as one error, each problem on a line of its own. */
export function manifestError(file: string, problems: readonly ManifestProblem[]): MicroError {
  const first = problems[0] as ManifestProblem;
  return new MicroError(first.code, problems.map((problem) => problemText(file, problem)).join('\n'), {
    ...(first.next ? { next: first.next } : {}),
    details: { file, line: first.line, column: first.column, count: problems.length },
  });
}
