import { IconDeviceFloppy } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import type { CallDraft } from '../../state/callDraft.ts';
import { toCurl } from '../../state/curl.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { Button } from '../../ui/Button.tsx';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { formatDuration } from '../../ui/format.ts';
import { tabId, Tabs } from '../../ui/Tabs.tsx';
import { BodyEditor } from './BodyEditor.tsx';
import { bodyParameters, valuesOfBody, withBodyValue } from './bodyForm.ts';
import { formParameters, takesBody } from './callRequest.ts';
import classes from './Calls.module.css';
import { FieldsForm } from './FieldsForm.tsx';
import { HeadersEditor } from './HeadersEditor.tsx';
import { RequestLine } from './RequestLine.tsx';
import { SaveCallForm } from './SaveCallForm.tsx';
import { type RequestPart, TargetChoice } from './TargetChoice.tsx';
import { useCoreServices } from './useCoreServices.ts';
import { useEndpoints } from './useEndpoints.ts';

/** What is called: the service, one of its endpoints or any path, with fields, body and headers. */
export function RequestEditor({
  draft,
  onDraft,
  running,
  onSend,
  onCancel,
  timeouts,
  timeoutMs,
  onTimeout,
  curl,
}: {
  draft: CallDraft;
  onDraft: (draft: CallDraft) => void;
  running: boolean;
  onSend: () => void;
  onCancel: () => void;
  timeouts: readonly number[];
  timeoutMs: number;
  onTimeout: (ms: number) => void;
  /** The last call that was sent, as the server would write it; includes what it filled in. */
  curl: string | undefined;
}) {
  const [wantedPart, setPart] = useState<RequestPart>('body');
  const [saving, setSaving] = useState(false);
  const core = useCoreServices();
  const gateway = useServerInfo()?.gateway ?? '';
  const query = useEndpoints(draft.service);
  const endpoints = query.data?.endpoints ?? [];
  const endpoint = endpoints.find(({ name }) => name === draft.endpoint);
  const isGrpc = draft.method === '';
  const inBody = endpoint ? bodyParameters(endpoint) : [];
  const bodyValues = inBody.length > 0 ? valuesOfBody(draft.body, inBody) : undefined;
  const parameters = endpoint ? [...formParameters(endpoint), ...(bodyValues ? inBody : [])] : [];
  const canSend = draft.service !== '' && !running && (draft.endpoint !== '' || !core.includes(draft.service));

  const hasBody = isGrpc || takesBody(draft.method);
  const parts: readonly { id: RequestPart; title: string }[] = [
    ...(parameters.length > 0 ? [{ id: 'fields' as const, title: `Fields (${parameters.length})` }] : []),
    ...(hasBody ? [{ id: 'body' as const, title: 'Body' }] : []),
    { id: 'headers', title: draft.headers.length > 0 ? `Headers (${draft.headers.length})` : 'Headers' },
  ];
  const part = parts.some(({ id }) => id === wantedPart) ? wantedPart : (parts[0]?.id ?? 'headers');

  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (canSend) onSend();
  };

  return (
    <div className={classes.editor} onKeyDown={handleKey}>
      <div className={classes.target}>
        <TargetChoice draft={draft} onDraft={onDraft} core={core} query={query} onPart={setPart} />
        <span className={classes.grow} />
        <ChoiceMenu
          text={`Within ${formatDuration(timeoutMs)}`}
          label="Time the call may take"
          active={timeoutMs !== timeouts[0]}
          choices={timeouts.map((ms) => ({
            key: String(ms),
            label: formatDuration(ms),
            chosen: ms === timeoutMs,
            pick: () => onTimeout(ms),
          }))}
        />
        <Button
          variant="quiet"
          disabled={draft.service === '' || gateway === ''}
          onClick={() => copyText(curl ?? toCurl(gateway, draft), 'curl command')}
          title="Copy this call as a command line"
        >
          Copy as curl
        </Button>
        <Button
          icon={<IconDeviceFloppy size={14} />}
          disabled={draft.service === ''}
          onClick={() => setSaving(true)}
          title="Keep this call as a file of the project"
        >
          Save…
        </Button>
      </div>
      {saving ? <SaveCallForm draft={draft} onClose={() => setSaving(false)} /> : null}
      <RequestLine
        draft={draft}
        onDraft={onDraft}
        running={running}
        canSend={canSend}
        onSend={onSend}
        onCancel={onCancel}
      />
      <Tabs label="Parts of the call" panel="call-part" tabs={parts} chosen={part} line={false} onChoose={setPart}>
        {endpoint?.description ? <span className={classes.hint}>{endpoint.description}</span> : null}
      </Tabs>
      <div id="call-part" role="tabpanel" aria-labelledby={tabId('call-part', part)} className={classes.partBody}>
        {part === 'fields' ? (
          <FieldsForm
            parameters={parameters}
            values={{ ...draft.fields, ...bodyValues }}
            onValue={(parameter, value) =>
              onDraft(
                inBody.includes(parameter)
                  ? { ...draft, body: withBodyValue(draft.body, parameter, value) }
                  : { ...draft, fields: { ...draft.fields, [parameter.name]: value } },
              )
            }
          />
        ) : part === 'body' ? (
          <BodyEditor body={draft.body} onBody={(body) => onDraft({ ...draft, body })} />
        ) : (
          <HeadersEditor headers={draft.headers} onHeaders={(headers) => onDraft({ ...draft, headers })} />
        )}
      </div>
    </div>
  );
}
