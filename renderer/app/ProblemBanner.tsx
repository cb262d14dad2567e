import { IconFileAlert } from '@tabler/icons-react';
import type { ErrorDetail } from '../../shared/contract/gen/errors_pb.ts';
import { bridge } from '../client/platform.ts';
import { useProjects } from '../state/serverState.ts';
import { editFile } from '../state/serviceCommands.ts';
import { problemPlace } from '../state/problemPlace.ts';
import { Button } from '../ui/Button.tsx';
import classes from './Banner.module.css';

/** Says for each open project whose micro.yaml has a mistake where it is; its services are those of the last good version. */
export function ProblemBanner() {
  const projects = useProjects();
  return [...projects.values()].map((project) =>
    project.problem ? <Problem key={project.name} project={project.name} problem={project.problem} /> : null,
  );
}

function Problem({ project, problem }: { project: string; problem: ErrorDetail }) {
  const place = problemPlace(problem);
  return (
    <div className={classes.banner} data-tone="bad" role="alert">
      <IconFileAlert size={16} />
      <span className={classes.text}>
        <b>{place ? place.label : project}</b> {problem.message}
        {problem.next ? ` · ${problem.next}` : ''}
      </span>
      {place && bridge ? <Button onClick={() => editFile(place.file, place.line)}>Open in editor</Button> : null}
    </div>
  );
}
