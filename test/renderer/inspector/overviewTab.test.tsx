import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { OverviewTab } from '../../../renderer/features/inspector/OverviewTab.tsx';
import { applyServerState } from '../../../renderer/state/serverState.ts';
import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService, stateWith } from '../../helpers/renderer/services.ts';

afterEach(cleanup);

const show = (service: Service): void => {
  act(() => applyServerState(stateWith([service])));
  renderPage(<OverviewTab service={service} onSelect={() => {}} />);
};
/** What is said under a heading; undefined when it is not there. */
const fact = (term: string): string | undefined =>
  screen.queryByText(term)?.nextElementSibling?.textContent ?? undefined;

describe('how a service comes to run, in the inspector', () => {
  it('is the next time of its schedule, with the moment on hover', () => {
    const nextRunAt = Date.now() + 3_600_500;
    show(makeService({ name: 'nightly', kind: Kind.TASK, status: Status.STOPPED, nextRunAt }));
    expect(fact('Next run')).toMatch(/^in (1 h|59 min 59 s)$/);
    expect(screen.getByTitle(/^at .*\d\d:\d\d:\d\d$/).getAttribute('datetime')).toBe(new Date(nextRunAt).toISOString());
    expect(fact('Start')).toBeUndefined();
  });

  it('is on demand, also while it runs', () => {
    show(makeService({ name: 'tool', onDemand: true }));
    expect(fact('Start')).toBe('on demand: by name, or when another service needs it');
    expect(fact('Next run')).toBeUndefined();
  });

  it('is never for one that is disabled', () => {
    show(makeService({ name: 'off', status: Status.STOPPED, wanted: false, disabled: true }));
    expect(fact('Start')).toMatch(/^disabled: /);
  });

  it('is not worth a word for one that starts with its project', () => {
    show(makeService({ name: 'web' }));
    expect([fact('Start'), fact('Next run')]).toEqual([undefined, undefined]);
  });
});
