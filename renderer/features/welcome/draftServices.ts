import { serviceNamePattern } from '../../../shared/contract/manifest.ts';
import type { Candidate } from '../../../shared/contract/gen/projects_pb.ts';

/** A found service while it is being edited. */
export interface DraftService {
  /** Stays while the name is edited. */
  key: string;
  selected: boolean;
  name: string;
  run: string;
  candidate: Candidate;
}

/** The drafts of what was found. */
export function draftsOf(candidates: readonly Candidate[]): DraftService[] {
  return candidates.map((candidate, index) => ({
    key: `${index} ${candidate.path} ${candidate.name}`,
    selected: candidate.selected,
    name: candidate.name,
    run: candidate.run,
    candidate,
  }));
}

/** What keeps a draft from being written; undefined when nothing does. */
export function draftProblem(draft: DraftService, chosen: readonly DraftService[]): string | undefined {
  if (!serviceNamePattern.test(draft.name)) return 'a name has lower case letters, digits and - only';
  if (chosen.some((other) => other.key !== draft.key && other.name === draft.name))
    return 'another service has this name';
  if (draft.run.trim() === '') return 'a command is needed to run it';
  return undefined;
}

/** What is sent to be written: edited names also where others depend on them, and only on those that are chosen. */
export function toCandidates(chosen: readonly DraftService[]): Candidate[] {
  const newNames = new Map(chosen.map((draft) => [draft.candidate.name, draft.name]));
  return chosen.map((draft) => ({
    ...draft.candidate,
    name: draft.name,
    run: draft.run.trim(),
    selected: true,
    dependsOn: draft.candidate.dependsOn.flatMap((name) => newNames.get(name) ?? []),
  }));
}
