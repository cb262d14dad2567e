import { IconSend } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CallDraft } from '../../state/callDraft.ts';
import { useShownServices } from '../../state/projectFilter.ts';
import { EmptyState } from '../../ui/States.tsx';
import { tabId, Tabs } from '../../ui/Tabs.tsx';
import { CallHistory } from './CallHistory.tsx';
import { requestOf } from './callRequest.ts';
import classes from './Calls.module.css';
import { RequestEditor } from './RequestEditor.tsx';
import { ResponseView } from './ResponseView.tsx';
import { SavedCalls } from './SavedCalls.tsx';
import { useCall } from './useCall.ts';
import { useDraft } from './useDraft.ts';

/** ms a call may take, as it is offered; the first is the standard. */
const timeouts = [120_000, 10_000, 600_000] as const;

/** Calls made by hand: what to call, the answer, and the calls of before. */
export function CallsPage() {
  const [draft, setDraft] = useDraft();
  const [list, setList] = useState<'history' | 'saved'>('history');
  const [timeoutMs, setTimeoutMs] = useState<number>(timeouts[0]);
  const services = useShownServices();
  const queries = useQueryClient();
  const { sent, send, cancel, clear } = useCall(() => void queries.invalidateQueries({ queryKey: ['call-history'] }));

  const edit = (next: CallDraft): void => {
    setDraft(next);
    clear();
  };
  const sendNow = (what: CallDraft): void => {
    if (what !== draft) setDraft(what);
    send(requestOf(what, timeoutMs));
  };

  return (
    <section className={classes.page} aria-label="Calls">
      <h1 className="visually-hidden">Calls</h1>
      <aside className={classes.side} aria-label="Calls of before">
        <Tabs
          label="Calls of before"
          panel="calls-list"
          tabs={[
            { id: 'history', title: 'History' },
            { id: 'saved', title: 'Saved' },
          ]}
          chosen={list}
          onChoose={setList}
        />
        <div id="calls-list" role="tabpanel" aria-labelledby={tabId('calls-list', list)} className={classes.sideList}>
          {list === 'history' ? (
            <CallHistory onEdit={edit} onSend={sendNow} />
          ) : (
            <SavedCalls onEdit={edit} onSend={sendNow} />
          )}
        </div>
      </aside>
      <div className={classes.work}>
        <RequestEditor
          draft={draft}
          onDraft={setDraft}
          running={sent?.status === 'running'}
          onSend={() => sendNow(draft)}
          onCancel={cancel}
          timeouts={timeouts}
          timeoutMs={timeoutMs}
          onTimeout={setTimeoutMs}
          curl={sent?.started?.curl}
        />
        {sent ? (
          <ResponseView sent={sent} service={draft.service} />
        ) : (
          <EmptyState
            icon={<IconSend size={24} stroke={1.5} />}
            title={services.length === 0 ? 'No service to call' : 'Nothing sent yet'}
            text="The answer appears here, with its time, its size, its trace and its log lines. {{NAME}} in a path, a header or a body stands for a variable of the service's environment."
          />
        )}
      </div>
    </section>
  );
}
