import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import type { CallDraft } from '../../state/callDraft.ts';
import { useProjects, useService } from '../../state/serverState.ts';
import { Button } from '../../ui/Button.tsx';
import { callTitle } from './callRequest.ts';
import classes from './Calls.module.css';

/** Letters that a name cannot have: it is also the name of a file. */
const notInNames = /[^\p{L}\p{N} _-]+/gu;

function nameFor(draft: CallDraft): string {
  const words = callTitle(draft).replace(/\?.*$/u, '').replace(notInNames, ' ').trim().replace(/\s+/gu, ' ');
  return `${draft.service} ${words}`.slice(0, 60);
}

function focusAtStart(element: HTMLInputElement | null): void {
  element?.focus();
}

/** Asks for the name and keeps the call as a file of the project. */
export function SaveCallForm({ draft, onClose }: { draft: CallDraft; onClose: () => void }) {
  const [name, setName] = useState(() => nameFor(draft));
  const [busy, setBusy] = useState(false);
  const projects = [...useProjects().keys()];
  const own = useService(draft.service)?.project ?? '';
  const [project, setProject] = useState(own || (projects[0] ?? ''));
  const queries = useQueryClient();

  const save = async (): Promise<void> => {
    setBusy(true);
    const { endpoint, method, path } = draft;
    const call = {
      name: name.trim(),
      service: draft.service,
      endpoint,
      method,
      path: method === '' ? '' : path,
      headers: draft.headers.map((header) => ({ ...header })),
      fields: { ...draft.fields },
      body: draft.body,
    };
    const saved = await attempt(
      `The call could not be saved`,
      () => api().console.saveCall({ project, call }),
      `Saved as .micro/calls/${name.trim()}.yaml`,
    );
    setBusy(false);
    await queries.invalidateQueries({ queryKey: ['saved-calls'] });
    if (saved) onClose();
  };

  return (
    <form
      className={classes.save}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <label>
        Name
        <input
          // The form was asked for by a click; the next thing is to type.
          ref={focusAtStart}
          value={name}
          spellCheck={false}
          onChange={(event) => setName(event.target.value.replace(notInNames, ''))}
        />
      </label>
      {projects.length > 1 ? (
        <label>
          Project
          <select value={project} onChange={(event) => setProject(event.target.value)}>
            {projects.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <Button type="submit" variant="primary" busy={busy} disabled={name.trim() === '' || projects.length === 0}>
        Save
      </Button>
      <Button onClick={onClose}>Cancel</Button>
      {projects.length === 0 ? <span className={classes.problem}>Open a project to save calls in it.</span> : null}
    </form>
  );
}
