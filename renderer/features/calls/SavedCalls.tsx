import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SavedCallFile } from '../../../shared/contract/gen/calls_pb.ts';
import { api } from '../../client/api.ts';
import { bridge } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import type { CallDraft } from '../../state/callDraft.ts';
import { editFile } from '../../state/serviceCommands.ts';
import { ContextMenu, type MenuItem } from '../../ui/ContextMenu.tsx';
import { baseName } from '../../ui/path.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { callTitle, draftOfSaved } from './callRequest.ts';
import classes from './Calls.module.css';

/** ms after which the files are looked at again: they are edited and pulled outside of the window. */
const lookAgainMs = 5_000;

/** The calls kept in `.micro/calls` of the open projects. */
export function SavedCalls({
  onEdit,
  onSend,
}: {
  onEdit: (draft: CallDraft) => void;
  onSend: (draft: CallDraft) => void;
}) {
  const queries = useQueryClient();
  const [menu, setMenu] = useState<{ saved: SavedCallFile; at: { x: number; y: number } }>();
  const query = useQuery({
    queryKey: ['saved-calls'],
    queryFn: ({ signal }) => api().console.listSavedCalls({}, { signal }),
    refetchInterval: lookAgainMs,
  });
  if (query.isPending) return <LoadingState rows={5} label="Loading saved calls" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { calls } = query.data;
  if (calls.length === 0) {
    return (
      <EmptyState
        title="No saved calls"
        text="Save… keeps a call as a file in .micro/calls of the project, to be shared with those who work on it."
      />
    );
  }

  const remove = async ({ project, call }: SavedCallFile): Promise<void> => {
    if (!call) return;
    const removed = await attempt(
      `${call.name} could not be deleted`,
      () => api().console.deleteSavedCall({ project, name: call.name }),
      `${call.name} deleted`,
    );
    if (removed) await queries.invalidateQueries({ queryKey: ['saved-calls'] });
  };

  const itemsOf = (saved: SavedCallFile): MenuItem[] => {
    const { call, file } = saved;
    return [
      ...(call
        ? [
            { id: 'send', label: 'Send', group: 'send', run: () => onSend(draftOfSaved(call)) },
            { id: 'edit', label: 'Edit', group: 'send', run: () => onEdit(draftOfSaved(call)) },
          ]
        : []),
      ...(bridge ? [{ id: 'file', label: 'Open file in editor', group: 'file', run: () => editFile(file) }] : []),
      ...(call
        ? [{ id: 'delete', label: 'Delete', group: 'delete', danger: true, run: () => void remove(saved) }]
        : []),
    ];
  };

  return (
    <>
      <ol className={classes.rows}>
        {calls.map((saved) => {
          const { call, file, problem, project } = saved;
          const title = call?.name ?? baseName(file);
          return (
            <li key={file}>
              <button
                type="button"
                className={classes.row}
                title={file}
                onClick={() => (call ? onEdit(draftOfSaved(call)) : bridge && editFile(file))}
                onContextMenu={(event) => {
                  event.preventDefault();
                  const box = event.currentTarget.getBoundingClientRect();
                  const byKey = event.clientX === 0 && event.clientY === 0;
                  setMenu({
                    saved,
                    at: byKey ? { x: box.left + 24, y: box.bottom } : { x: event.clientX, y: event.clientY },
                  });
                }}
              >
                <span className={classes.rowTitle}>{title}</span>
                <span className={classes.rowFacts}>
                  {call ? (
                    <>
                      <span>{call.service}</span>
                      <span className={classes.ellipsis}>{callTitle(draftOfSaved(call))}</span>
                    </>
                  ) : (
                    <span className={`${classes.problem} ${classes.ellipsis}`} title={problem}>
                      ▲ {problem} ({project})
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      <ContextMenu
        at={menu?.at}
        onClose={() => setMenu(undefined)}
        label={menu?.saved.call?.name ?? menu?.saved.file ?? ''}
        items={menu ? itemsOf(menu.saved) : []}
      />
    </>
  );
}
