import { Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Rule } from '../../../shared/contract/gen/auth_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { registerCommands } from '../../state/commands.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState, LoadingState } from '../../ui/States.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import classes from './Access.module.css';
import { AccountTable } from './AccountTable.tsx';
import { NewAccountForm } from './NewAccountForm.tsx';
import { RefusalTable } from './RefusalTable.tsx';
import { RuleForm } from './RuleForm.tsx';
import { RuleTable } from './RuleTable.tsx';
import { useAccess } from './useAccess.ts';

type Form = { kind: 'account' } | { kind: 'rule'; rule: Rule | undefined };

/** Who may do what: the switch, accounts, rules, and what was refused. */
export function AccessPage() {
  const query = useAccess();
  const [form, setForm] = useState<Form>();
  const [busy, setBusy] = useState(false);
  useEffect(
    () =>
      registerCommands([
        {
          id: 'access.account',
          title: 'New account…',
          group: 'Access',
          keys: 'n',
          run: () => setForm({ kind: 'account' }),
        },
        {
          id: 'access.rule',
          title: 'New rule…',
          group: 'Access',
          keys: 'shift+n',
          run: () => setForm({ kind: 'rule', rule: undefined }),
        },
      ]),
    [],
  );
  const data = query.data;
  const enable = async (enabled: boolean): Promise<void> => {
    setBusy(true);
    await attempt('The rules could not be switched', async () => {
      await api().settings.changeSettings({ auth: { enabled } });
      showToast({
        tone: 'ok',
        title: enabled ? 'Calls to services are held against the rules' : 'Calls to services are free for all',
      });
    });
    await query.refetch();
    setBusy(false);
  };
  const defaults = new Set(data?.authority.defaultRules);
  return (
    <section className={classes.page} aria-label="Access">
      <Toolbar title="Access" />
      {query.isError && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <LoadingState rows={10} label="Loading accounts and rules" />
      ) : (
        <div className={classes.scroll}>
          <div className={classes.column}>
            <div className={classes.switch}>
              <div>
                <div id="access-switch">Hold calls to services against the rules</div>
                <p className={classes.hint}>
                  Off, whoever is on this machine may call every service. What asks the server itself, and whatever
                  comes from another machine, always is. You are {data.authority.id}
                  {data.authority.scopes.length > 0 ? `, with ${data.authority.scopes.join(', ')}` : ''}, and never
                  locked out here.
                </p>
              </div>
              <Switch
                aria-labelledby="access-switch"
                checked={data.authority.enabled}
                disabled={busy}
                onChange={(event) => void enable(event.currentTarget.checked)}
              />
            </div>
            <Part
              title="Accounts"
              action={
                <Button icon={<IconPlus size={14} stroke={1.8} />} onClick={() => setForm({ kind: 'account' })}>
                  New account
                </Button>
              }
            >
              <AccountTable accounts={data.accounts} />
            </Part>
            <Part title="Refused">
              <RefusalTable refusals={data.refusals} />
            </Part>
            <Part
              title="Rules"
              text="Of those that are about a call and its caller, the one of the highest priority decides."
              action={
                <Button
                  icon={<IconPlus size={14} stroke={1.8} />}
                  onClick={() => setForm({ kind: 'rule', rule: undefined })}
                >
                  New rule
                </Button>
              }
            >
              <RuleTable rules={data.rules} defaults={defaults} onChange={(rule) => setForm({ kind: 'rule', rule })} />
            </Part>
          </div>
        </div>
      )}
      {form?.kind === 'account' ? <NewAccountForm onClose={() => setForm(undefined)} /> : null}
      {form?.kind === 'rule' ? (
        <RuleForm
          rule={form.rule}
          isMade={form.rule !== undefined && !defaults.has(form.rule.id)}
          onClose={() => setForm(undefined)}
        />
      ) : null}
    </section>
  );
}

function Part({
  title,
  text,
  action,
  children,
}: {
  title: string;
  text?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.part} aria-label={title}>
      <div className={classes.partHead}>
        <h2>{title}</h2>
        {text ? <span className={classes.hint}>{text}</span> : null}
        <span className={classes.grow} />
        {action}
      </div>
      <div className={classes.box}>{children}</div>
    </section>
  );
}
