import { IconFolder, IconFolderOpen, IconSparkles, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { bridge } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { forgetProject, recentProjects } from '../../state/projectActions.ts';
import { useConnection, useProjects } from '../../state/serverState.ts';
import { shortPath } from '../../state/shortPath.ts';
import { Button } from '../../ui/Button.tsx';
import { Ago } from '../../ui/Time.tsx';
import { CommandOffer } from './CommandOffer.tsx';
import classes from './WelcomePage.module.css';

const RECENT_KEY = ['recent-projects'];

/** The three ways to begin. `opening` is the folder that is being opened. */
export function StartChoices({ opening, onOpen }: { opening: string | undefined; onOpen: (folder: string) => void }) {
  const connected = useConnection().status === 'connected';
  const openNames = new Set([...useProjects().values()].map((project) => project.folder));
  const client = useQueryClient();
  const recent = useQuery({ queryKey: RECENT_KEY, queryFn: recentProjects, staleTime: 0 });
  const busy = opening !== undefined || !connected;
  const others = (recent.data ?? []).filter((project) => !openNames.has(project.folder));

  const pick = (): void =>
    void attempt('The folder could not be chosen', async () => {
      const folder = await bridge?.pickFolder();
      if (folder) onOpen(folder);
    });
  const sample = (): void =>
    void attempt('The sample project could not be opened', async () => {
      if (bridge) onOpen(await bridge.sampleProject());
    });
  const forget = (folder: string): void =>
    void attempt('The list could not be changed', async () => {
      await forgetProject(folder);
      await client.invalidateQueries({ queryKey: RECENT_KEY });
    });

  return (
    <>
      <svg className={classes.logo} viewBox="0 0 20 20" aria-hidden="true">
        <rect width="20" height="20" rx="5" fill="var(--accent)" />
        <circle cx="6" cy="10" r="2" fill="#fff" />
        <circle cx="14" cy="5.6" r="2" fill="#fff" />
        <circle cx="14" cy="14.4" r="2" fill="#fff" />
        <path d="M7.6 9.2 12.3 6.5M7.6 10.8l4.7 2.7" stroke="#fff" strokeWidth="1.3" />
      </svg>
      <h1 className={classes.heading}>Open a project</h1>
      <p className={classes.lead}>
        A project is a folder with a <code>micro.yaml</code>. In a folder without one, the services are found for you.
      </p>
      {bridge ? (
        <div className={classes.choices}>
          <button type="button" className={classes.choice} disabled={busy} onClick={pick}>
            <IconFolderOpen size={20} stroke={1.6} />
            <b>Open folder…</b>
            <span>Your own services</span>
          </button>
          <button type="button" className={classes.choice} disabled={busy} onClick={sample}>
            <IconSparkles size={20} stroke={1.6} />
            <b>Sample project</b>
            <span>A small shop of services in Node and Python</span>
          </button>
        </div>
      ) : (
        <FolderField busy={busy} onOpen={onOpen} />
      )}
      <CommandOffer />
      {others.length > 0 ? (
        <section className={classes.recent}>
          <h2>Recent</h2>
          <ul>
            {others.map((project) => (
              <li key={project.folder}>
                <button
                  type="button"
                  className={classes.recentItem}
                  disabled={busy}
                  onClick={() => onOpen(project.folder)}
                >
                  <IconFolder size={16} stroke={1.6} />
                  <b>{project.name}</b>
                  <span className={classes.path}>{shortPath(project.folder)}</span>
                  <span className={classes.when}>
                    {opening === project.folder ? 'opening…' : <Ago at={project.openedAt} />}
                  </span>
                </button>
                <button
                  type="button"
                  className={classes.forget}
                  aria-label={`Take ${project.name} off the list`}
                  title="Take it off the list"
                  onClick={() => forget(project.folder)}
                >
                  <IconX size={14} />
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

/** In a browser there is no dialog for folders of the server's machine, so the path is written. */
function FolderField({ busy, onOpen }: { busy: boolean; onOpen: (folder: string) => void }) {
  const [folder, setFolder] = useState('');
  return (
    <form
      className={classes.folderForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (folder.trim()) onOpen(folder.trim());
      }}
    >
      <input
        className={classes.input}
        value={folder}
        placeholder="Path of the folder, e.g. /home/ann/code/shop"
        aria-label="Path of the folder"
        spellCheck={false}
        onChange={(event) => setFolder(event.target.value)}
      />
      <Button type="submit" variant="primary" disabled={busy || !folder.trim()}>
        Open
      </Button>
    </form>
  );
}
