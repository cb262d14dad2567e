import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import { api } from '../../client/api.ts';
import { openPage, setPageParams, usePage } from '../../state/navigation.ts';
import { openProject } from '../../state/projectActions.ts';
import { Candidates } from './Candidates.tsx';
import { ProjectError } from './ProjectError.tsx';
import { StartChoices } from './StartChoices.tsx';
import classes from './WelcomePage.module.css';

/**
 * The first minute: open a folder, take the sample, or go on with a recent project. A folder without micro.yaml leads to
 * what was found in it.
 */
export function WelcomePage() {
  const { params } = usePage();
  const [opening, setOpening] = useState<string>();
  const [failure, setFailure] = useState<{ folder: string; error: unknown }>();
  const discovering = params.folder;

  const open = async (folder: string): Promise<void> => {
    setFailure(undefined);
    setOpening(folder);
    try {
      const found = await api().desktop.discoverProject({ folder });
      if (found.hasManifest) {
        await openProject(folder, true);
        openPage('');
      } else setPageParams({ folder });
    } catch (error) {
      setFailure({ folder, error: toMicroError(error) });
    } finally {
      setOpening(undefined);
    }
  };

  return (
    <div className={classes.page}>
      <div className={classes.column} data-wide={discovering ? true : undefined}>
        {failure ? (
          <ProjectError
            folder={failure.folder}
            error={failure.error}
            onRetry={() => void open(failure.folder)}
            onClose={() => setFailure(undefined)}
          />
        ) : null}
        {discovering ? (
          <Candidates folder={discovering} onBack={() => setPageParams({})} onOpened={() => openPage('')} />
        ) : (
          <StartChoices opening={opening} onOpen={(folder) => void open(folder)} />
        )}
      </div>
    </div>
  );
}
