import { IconRefresh } from '@tabler/icons-react';
import type { CallDraft } from '../../state/callDraft.ts';
import { useShownServices } from '../../state/projectFilter.ts';
import { Button } from '../../ui/Button.tsx';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { draftOfEndpoint, draftOfService } from './callRequest.ts';
import classes from './Calls.module.css';
import type { useEndpoints } from './useEndpoints.ts';

/** What of a call is being edited. */
export type RequestPart = 'fields' | 'body' | 'headers';

/** Which service is called, and which of its endpoints. */
export function TargetChoice({
  draft,
  onDraft,
  core,
  query,
  onPart,
}: {
  draft: CallDraft;
  onDraft: (draft: CallDraft) => void;
  /** Services of micro itself. */
  core: readonly string[];
  /** The endpoints of the chosen service. */
  query: ReturnType<typeof useEndpoints>;
  /** Shows the part in which an endpoint that was chosen is filled in. */
  onPart: (part: RequestPart) => void;
}) {
  const services = useShownServices();
  const endpoints = query.data?.endpoints ?? [];
  return (
    <>
      <ChoiceMenu
        text={draft.service === '' ? 'Choose a service' : draft.service}
        label="Service"
        active={false}
        choices={[...services.map(({ name }) => name), ...core].map((name) => ({
          key: name,
          label: (
            <span className={classes.named}>
              <ServiceDot service={name} />
              {name}
              {core.includes(name) ? <span className={classes.dim}>core</span> : null}
            </span>
          ),
          chosen: name === draft.service,
          pick: () => onDraft(draftOfService(name, draft)),
        }))}
      />
      {draft.service === '' ? null : (
        <ChoiceMenu
          text={draft.endpoint || (core.includes(draft.service) ? 'Choose an endpoint' : 'Free call')}
          label="Endpoint"
          active={draft.endpoint !== ''}
          choices={[
            // micro itself has its endpoints and nothing else.
            ...(core.includes(draft.service)
              ? []
              : [
                  {
                    key: '',
                    label: 'Free call: any method and path',
                    chosen: draft.endpoint === '',
                    pick: () => onDraft({ ...draft, endpoint: '', fields: {}, method: draft.method || 'GET' }),
                  },
                ]),
            ...endpoints.map((each) => ({
              key: each.name,
              label: (
                <span className={classes.endpoint}>
                  {each.name}
                  <span>{each.description}</span>
                </span>
              ),
              chosen: each.name === draft.endpoint,
              pick: () => {
                onDraft(draftOfEndpoint(draft.service, each, draft));
                onPart(each.parameters.length > 0 ? 'fields' : 'body');
              },
            })),
          ]}
        />
      )}
      {draft.service === '' ? null : (
        <Button
          variant="quiet"
          icon={<IconRefresh size={14} />}
          busy={query.isFetching}
          aria-label="Ask the service for its endpoints again"
          title={query.data?.notes.join('\n') || 'Ask the service for its endpoints again'}
          onClick={() => void query.refetch()}
        />
      )}
    </>
  );
}
