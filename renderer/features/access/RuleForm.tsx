import { Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Rule } from '../../../shared/contract/gen/auth_pb.ts';
import { api } from '../../client/api.ts';
import { showToast } from '../../state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, FieldGroup, FieldNote, Form, FormActions, TwoFields } from '../../ui/Form.tsx';
import { draftOf, draftProblem, ruleOf } from './ruleText.ts';

/** Makes a rule, or changes one: `isMade` says that it is stored, not a default one that another takes the place of. */
export function RuleForm({ rule, isMade, onClose }: { rule: Rule | undefined; isMade: boolean; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(rule));
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const problem = draftProblem(draft) ?? refused;
  const set = (part: Partial<typeof draft>): void => {
    setRefused(undefined);
    setDraft({ ...draft, ...part });
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      if (rule && isMade) await changeRule(rule, ruleOf(draft));
      else await api().rules.create({ rule: ruleOf(draft) });
      showToast({ tone: 'ok', title: rule ? `Rule ${draft.id} changed` : `Rule ${draft.id.trim()} created` });
      onClose();
    } catch (error) {
      setRefused(toMicroError(error).message);
    }
    setBusy(false);
  };
  return (
    <Modal opened onClose={onClose} title={rule ? `Rule ${rule.id}` : 'New rule'} size={520}>
      <Form
        onSubmit={() => {
          if (!busy && draft.id.trim() !== '' && problem === undefined) void save();
        }}
      >
        {rule ? null : (
          <Field label="Name">
            <input
              data-autofocus
              value={draft.id}
              spellCheck={false}
              onChange={(event) => set({ id: event.target.value })}
            />
          </Field>
        )}
        <Field label="Whom it is about">
          <input
            data-autofocus={rule ? true : undefined}
            value={draft.scope}
            spellCheck={false}
            placeholder="everybody; * any account; else the scope that an account needs"
            onChange={(event) => set({ scope: event.target.value })}
          />
        </Field>
        <Field label="What it is about">
          <input
            value={draft.resource}
            spellCheck={false}
            aria-invalid={draftProblem({ ...draft, id: 'x', priority: '0' }) !== undefined}
            onChange={(event) => set({ resource: event.target.value })}
          />
          <FieldNote>type:name:endpoint, each may be *; for example service:orders:/admin/*</FieldNote>
        </Field>
        <TwoFields>
          <FieldGroup label="Access">
            <SegmentedControl
              fullWidth
              size="xs"
              aria-label="Access"
              value={draft.denied ? 'denied' : 'granted'}
              onChange={(chosen) => set({ denied: chosen === 'denied' })}
              data={[
                { value: 'granted', label: 'Granted' },
                { value: 'denied', label: 'Denied' },
              ]}
            />
          </FieldGroup>
          <Field label="Priority">
            <input
              value={draft.priority}
              inputMode="numeric"
              aria-invalid={draftProblem({ ...draft, id: 'x', resource: '*:*:*' }) !== undefined}
              onChange={(event) => set({ priority: event.target.value })}
            />
          </Field>
        </TwoFields>
        {problem ? (
          <FieldNote bad alert>
            {problem}
          </FieldNote>
        ) : null}
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            busy={busy}
            disabled={draft.id.trim() === '' || draftProblem(draft) !== undefined}
          >
            {rule ? 'Save' : 'Create'}
          </Button>
        </FormActions>
      </Form>
    </Modal>
  );
}

/** Micro's rules are made and deleted, never changed; one that cannot be made anew is put back as it was. */
async function changeRule(old: Rule, rule: ReturnType<typeof ruleOf>): Promise<void> {
  await api().rules.delete({ id: old.id });
  try {
    await api().rules.create({ rule });
  } catch (error) {
    await api().rules.create({ rule: old });
    throw error;
  }
}
