import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../client/api.ts';
import { Button } from '../../ui/Button.tsx';
import { baseName } from '../../ui/path.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { CandidateRow } from './CandidateRow.tsx';
import { type DraftService, draftProblem, draftsOf, toCandidates } from './draftServices.ts';
import { ProjectError } from './ProjectError.tsx';
import { openProject } from '../../state/projectActions.ts';
import { shortPath } from '../../state/shortPath.ts';
import classes from './WelcomePage.module.css';

/** What was found in a folder without micro.yaml, ready to be ticked, changed and written. */
export function Candidates({ folder, onBack, onOpened }: { folder: string; onBack: () => void; onOpened: () => void }) {
  const query = useQuery({
    queryKey: ['discover', folder],
    queryFn: ({ signal }) => api().desktop.discoverProject({ folder }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <>
      <div className={classes.back}>
        <Button variant="quiet" icon={<IconArrowLeft size={14} />} onClick={onBack}>
          Back
        </Button>
      </div>
      <h1 className={classes.heading}>{baseName(folder)}</h1>
      {query.isPending ? (
        <LoadingState rows={5} label="Looking for services" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.candidates.length === 0 ? (
        <EmptyState
          title="No services were found here"
          text={
            <>
              {shortPath(folder)} has no package.json script, Go main package, Procfile, compose file or Dockerfile that
              looks like one. Write a <code>micro.yaml</code> with a <code>run:</code> line and try again.
            </>
          }
          action={<Button onClick={() => void query.refetch()}>Look again</Button>}
        />
      ) : (
        <CandidateForm
          key={query.dataUpdatedAt}
          folder={folder}
          projectName={query.data.name}
          initial={draftsOf(query.data.candidates)}
          onOpened={onOpened}
        />
      )}
    </>
  );
}

function CandidateForm({
  folder,
  projectName,
  initial,
  onOpened,
}: {
  folder: string;
  projectName: string;
  initial: DraftService[];
  onOpened: () => void;
}) {
  const [name, setName] = useState(projectName);
  const [drafts, setDrafts] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const chosen = drafts.filter((draft) => draft.selected);
  const wrong = chosen.some((draft) => draftProblem(draft, chosen) !== undefined);

  const write = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api().desktop.writeProject({ folder, name: name.trim(), services: toCandidates(chosen) });
      await openProject(folder, true);
      onOpened();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <p className={classes.lead}>
        {drafts.length} {drafts.length === 1 ? 'service was' : 'services were'} found in {shortPath(folder)}. Choose
        which ones belong to the project; they are written into a new <code>micro.yaml</code>.
      </p>
      {error === undefined ? null : (
        <ProjectError folder={folder} error={error} onRetry={() => void write()} onClose={() => setError(undefined)} />
      )}
      <label className={classes.projectName}>
        Project name
        <input className={classes.input} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <ul className={classes.candidates}>
        {drafts.map((draft) => (
          <CandidateRow
            key={draft.key}
            draft={draft}
            problem={draft.selected ? draftProblem(draft, chosen) : undefined}
            onChange={(change) =>
              setDrafts(drafts.map((other) => (other.key === draft.key ? { ...other, ...change } : other)))
            }
          />
        ))}
      </ul>
      <div className={classes.formActions}>
        <span className={classes.path}>{chosen.length} chosen</span>
        <Button
          type="submit"
          variant="primary"
          busy={busy}
          disabled={chosen.length === 0 || wrong || name.trim() === ''}
        >
          Write micro.yaml and run
        </Button>
      </div>
    </form>
  );
}
