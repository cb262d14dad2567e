import type { ErrorDetail } from '../../shared/contract/gen/errors_pb.ts';
import type { MicroError } from '../../shared/contract/errors.ts';

/** Where in which file a mistake is. */
export interface ProblemPlace {
  file: string;
  line: number | undefined;
  /** `micro.yaml:12:5` */
  label: string;
}

/** The place that an error names in its details (`file`, `line`, `column`); undefined when it names none. */
export function problemPlace(
  problem: Pick<ErrorDetail, 'details'> | Pick<MicroError, 'details'>,
): ProblemPlace | undefined {
  const { file, line, column } = problem.details;
  if (file === undefined || file === '') return undefined;
  const path = String(file);
  const name = path.split(/[\\/]/).pop() ?? path;
  const lineNumber = Number(line) > 0 ? Number(line) : undefined;
  const label = [name, lineNumber, lineNumber && Number(column) > 0 ? Number(column) : undefined]
    .filter((part) => part !== undefined)
    .join(':');
  return { file: path, line: lineNumber, label };
}
