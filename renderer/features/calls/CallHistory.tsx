import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PastCall } from '../../../shared/contract/gen/calls_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { openTrace } from '../../state/callActions.ts';
import type { CallDraft } from '../../state/callDraft.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { CallStatus } from '../../ui/CallStatus.tsx';
import { ContextMenu, type MenuItem } from '../../ui/ContextMenu.tsx';
import { formatMoment } from '../../ui/format.ts';
import { EmptyState, ErrorState, LoadingState } from '../../ui/States.tsx';
import { callTitle, draftOfPast } from './callRequest.ts';
import classes from './Calls.module.css';

/** Calls listed; older ones are forgotten by the server in time. */
const listed = 100;

/** The calls that were made here, newest first. A click takes one into the editor, the menu sends it again. */
export function CallHistory({
  onEdit,
  onSend,
}: {
  onEdit: (draft: CallDraft) => void;
  onSend: (draft: CallDraft) => void;
}) {
  const queries = useQueryClient();
  const [menu, setMenu] = useState<{ call: PastCall; at: { x: number; y: number } }>();
  const [isSure, setIsSure] = useState(false);
  const query = useQuery({
    queryKey: ['call-history'],
    queryFn: ({ signal }) => api().console.history({ limit: listed }, { signal }),
  });
  if (query.isPending) return <LoadingState rows={5} label="Loading the history" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { calls } = query.data;
  if (calls.length === 0)
    return <EmptyState title="No calls yet" text="What you send is listed here, to be sent again." />;

  const clear = async (): Promise<void> => {
    setIsSure(false);
    await attempt('The history could not be cleared', () => api().console.clearHistory({}), 'History cleared');
    await queries.invalidateQueries({ queryKey: ['call-history'] });
  };

  const itemsOf = (call: PastCall): MenuItem[] => {
    const draft = draftOfPast(call);
    const { started } = call;
    return [
      { id: 'send', label: 'Send again', group: 'send', run: () => onSend(draft) },
      { id: 'edit', label: 'Edit', group: 'send', run: () => onEdit(draft) },
      ...(started
        ? [
            { id: 'trace', label: 'Show trace', group: 'look', run: () => openTrace(started.traceId) },
            { id: 'curl', label: 'Copy as curl', group: 'copy', run: () => copyText(started.curl, 'curl command') },
          ]
        : []),
    ];
  };

  return (
    <>
      <ol className={classes.rows}>
        {calls.map((call) => {
          const draft = draftOfPast(call);
          return (
            <li key={call.id}>
              <button
                type="button"
                className={classes.row}
                onClick={() => onEdit(draft)}
                onContextMenu={(event) => {
                  event.preventDefault();
                  const box = event.currentTarget.getBoundingClientRect();
                  const byKey = event.clientX === 0 && event.clientY === 0;
                  setMenu({
                    call,
                    at: byKey ? { x: box.left + 24, y: box.bottom } : { x: event.clientX, y: event.clientY },
                  });
                }}
              >
                <span className={classes.rowTitle} title={callTitle(draft)}>
                  {callTitle(draft)}
                </span>
                <span className={classes.rowFacts}>
                  <span className={classes.ellipsis}>{draft.service}</span>
                  <span className={classes.dim}>{formatMoment(call.at, Date.now())}</span>
                  <span className={classes.grow} />
                  {call.end ? (
                    <CallStatus
                      status={call.head?.status ?? 0}
                      grpcStatus={call.end.grpcStatus}
                      error={call.end.error}
                      failed={!call.end.ok}
                    />
                  ) : (
                    <span className={classes.dim}>cancelled</span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      <div className={classes.foot}>
        {isSure ? (
          <>
            <Button variant="danger" onClick={() => void clear()}>
              Clear {calls.length} calls
            </Button>
            <Button onClick={() => setIsSure(false)}>Keep</Button>
          </>
        ) : (
          <Button variant="quiet" onClick={() => setIsSure(true)}>
            Clear history
          </Button>
        )}
      </div>
      <ContextMenu
        at={menu?.at}
        onClose={() => setMenu(undefined)}
        label={menu ? callTitle(draftOfPast(menu.call)) : ''}
        items={menu ? itemsOf(menu.call) : []}
      />
    </>
  );
}
