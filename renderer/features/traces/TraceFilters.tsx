import { useEffect, useRef, useState } from 'react';
import { useServiceNames } from '../../state/serverState.ts';
import { Chip } from '../../ui/Chip.tsx';
import { ChoiceMenu } from '../../ui/ChoiceMenu.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { formatDuration } from '../../ui/format.ts';
import { ServiceDot } from '../../ui/ServiceDot.tsx';
import { durationChoices, type TraceFilter } from './traceFilter.ts';
import classes from './Traces.module.css';

/** ms of silence after which what was typed is looked for. */
const typingMs = 250;

function servicesText(services: readonly string[]): string {
  if (services.length === 0) return 'All services';
  return services.length <= 2 ? services.join(', ') : `${services.length} services`;
}

function TextFilter({ text, onText }: { text: string; onText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const [known, setKnown] = useState(text);
  if (text !== known) {
    // Changed from elsewhere, e.g. by "Clear filters".
    setKnown(text);
    setTyped(text);
  }
  const latest = useRef(onText);
  useEffect(() => {
    latest.current = onText;
  });
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => latest.current(typed), typingMs);
    return () => clearTimeout(timer);
  }, [typed, text]);
  return <FilterField value={typed} onChange={setTyped} placeholder="Name, error or trace id" label="Find traces" />;
}

/** What the list of traces is narrowed by. */
export function TraceFilters({ filter, onFilter }: { filter: TraceFilter; onFilter: (filter: TraceFilter) => void }) {
  const names = useServiceNames();
  const { services, failedOnly, minDurationMs, text } = filter;
  const toggle = (name: string): void => {
    const next = services.includes(name) ? services.filter((other) => other !== name) : [...services, name].sort();
    onFilter({ ...filter, services: next });
  };
  return (
    <>
      <ChoiceMenu
        text={servicesText(services)}
        label="Services"
        active={services.length > 0}
        several
        choices={[
          {
            key: '*',
            label: 'All services',
            chosen: services.length === 0,
            pick: () => onFilter({ ...filter, services: [] }),
          },
          ...names.map((name) => ({
            key: name,
            label: (
              <span className={classes.named}>
                <ServiceDot service={name} />
                {name}
              </span>
            ),
            chosen: services.includes(name),
            pick: () => toggle(name),
          })),
        ]}
      />
      <Chip pressed={failedOnly} onClick={() => onFilter({ ...filter, failedOnly: !failedOnly })}>
        Errors
      </Chip>
      <ChoiceMenu
        text={minDurationMs === 0 ? 'Any duration' : `≥ ${formatDuration(minDurationMs)}`}
        label="Shortest duration"
        active={minDurationMs > 0}
        choices={durationChoices.map((ms) => ({
          key: String(ms),
          label: ms === 0 ? 'Any duration' : `${formatDuration(ms)} or longer`,
          chosen: ms === minDurationMs,
          pick: () => onFilter({ ...filter, minDurationMs: ms }),
        }))}
      />
      <TextFilter text={text} onText={(next) => onFilter({ ...filter, text: next })} />
    </>
  );
}
