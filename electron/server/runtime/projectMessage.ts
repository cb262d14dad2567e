import { create } from '@bufbuild/protobuf';
import { ErrorDetailSchema } from '../../../shared/contract/gen/errors_pb.ts';
import { type Project, ProjectSchema } from '../../../shared/contract/gen/state_pb.ts';
import type { OpenProject } from '../project/openProject.ts';

/** An open project as clients see it, with what is wrong in its manifest. */
export function projectMessage(project: OpenProject): Project {
  const { problem } = project;
  return create(ProjectSchema, {
    name: project.manifest.name,
    folder: project.folder,
    manifest: project.path,
    openedAt: project.openedAt,
    ...(problem
      ? {
          problem: create(ErrorDetailSchema, {
            code: problem.code,
            message: problem.message,
            next: problem.next ?? '',
            retryable: problem.retryable,
            details: Object.fromEntries(Object.entries(problem.details).map(([key, value]) => [key, String(value)])),
          }),
        }
      : {}),
  });
}
