import { IconPlayerStop, IconSend } from '@tabler/icons-react';
import type { CallDraft } from '../../state/callDraft.ts';
import { Button } from '../../ui/Button.tsx';
import { methods } from './callRequest.ts';
import classes from './Calls.module.css';

/** Method and path of a call, and what sends it. */
export function RequestLine({
  draft,
  onDraft,
  running,
  canSend,
  onSend,
  onCancel,
}: {
  draft: CallDraft;
  onDraft: (draft: CallDraft) => void;
  running: boolean;
  canSend: boolean;
  onSend: () => void;
  onCancel: () => void;
}) {
  const isGrpc = draft.method === '';
  return (
    <div className={classes.line}>
      {isGrpc ? (
        <span className={classes.grpc}>gRPC</span>
      ) : (
        <input
          className={classes.method}
          list="call-methods"
          aria-label="Method"
          value={draft.method}
          spellCheck={false}
          onChange={(event) => onDraft({ ...draft, method: event.target.value.toUpperCase().trim() || 'GET' })}
        />
      )}
      <datalist id="call-methods">
        {methods.map((method) => (
          <option key={method} value={method} />
        ))}
      </datalist>
      <input
        className={classes.path}
        aria-label="Path"
        value={draft.path}
        readOnly={isGrpc}
        placeholder="/path?query"
        spellCheck={false}
        onChange={(event) => onDraft({ ...draft, path: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !canSend) return;
          event.preventDefault();
          onSend();
        }}
      />
      {running ? (
        <Button icon={<IconPlayerStop size={14} />} onClick={onCancel}>
          Cancel
        </Button>
      ) : (
        <Button
          variant="primary"
          icon={<IconSend size={14} />}
          disabled={!canSend}
          onClick={onSend}
          title="Send (Ctrl+Enter)"
        >
          Send
        </Button>
      )}
    </div>
  );
}
