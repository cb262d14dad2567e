import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { closeToast, holdToasts, type Toast, useToasts } from '../state/toasts.ts';
import { Button } from '../ui/Button.tsx';
import classes from './Toasts.module.css';

/** Messages at the lower right. They are announced politely, stay while pointed at, and Esc closes one. */
export function Toasts() {
  const toasts = useToasts();
  return (
    <section
      className={classes.list}
      aria-label="Messages"
      aria-live="polite"
      onPointerEnter={() => holdToasts(true)}
      onPointerLeave={() => holdToasts(false)}
      onFocus={() => holdToasts(true)}
      onBlur={() => holdToasts(false)}
    >
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function Message({ toast }: { toast: Toast }) {
  return (
    <div
      className={classes.toast}
      data-tone={toast.tone}
      onKeyDown={(event) => {
        if (event.key === 'Escape') closeToast(toast.id);
      }}
    >
      <span className={classes.icon}>
        {toast.tone === 'busy' ? (
          <span className={classes.spinner} />
        ) : toast.tone === 'ok' ? (
          <IconCheck size={14} stroke={2.4} />
        ) : (
          <IconAlertTriangle size={14} stroke={2} />
        )}
      </span>
      <div className={classes.body}>
        <div className={classes.title}>{toast.title}</div>
        {toast.text ? <div className={classes.text}>{toast.text}</div> : null}
        {toast.lines?.length ? <pre className={classes.lines}>{toast.lines.join('\n')}</pre> : null}
        {toast.actions?.length ? (
          <div className={classes.actions}>
            {toast.actions.map((action) => (
              <Button
                key={action.label}
                onClick={() => {
                  closeToast(toast.id);
                  action.run();
                }}
              >
                {action.label}
              </Button>
            ))}
          </div>
        ) : null}
      </div>
      <button
        type="button"
        className={classes.close}
        aria-label="Close the message"
        onClick={() => closeToast(toast.id)}
      >
        <IconX size={14} />
      </button>
    </div>
  );
}
