import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServicesPage } from '../../../renderer/features/services/ServicesPage.tsx';
import { currentPlace, selectService } from '../../../renderer/state/navigation.ts';
import { applyServerState } from '../../../renderer/state/serverState.ts';
import { setUi } from '../../../renderer/state/uiState.ts';
import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { giveElementsSize, renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService, stateWith } from '../../helpers/renderer/services.ts';

const count = 60;
const nameOf = (i: number): string => `svc-${String(i).padStart(2, '0')}`;
let services: Service[] = [];
let restoreSize = (): void => {};

const show = (next: Service[]): void => {
  services = next;
  act(() => applyServerState(stateWith(next)));
};
const change = (name: string, init: Partial<Service>): void =>
  show(services.map((service) => (service.name === name ? { ...service, ...init } : service)));
const focusedService = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset.service;
const rowOf = (name: string): HTMLElement => {
  const row = document.querySelector<HTMLElement>(`[data-service="${name}"]`);
  if (!row) throw new Error(`${name} is not drawn`);
  return row;
};

beforeEach(() => {
  restoreSize = giveElementsSize(1000, 600);
  setUi({ serviceFilter: '', serviceSort: { column: 'name', descending: false }, project: '', inspectorOpen: true });
  selectService(undefined);
  show(Array.from({ length: count }, (_, i) => makeService({ name: nameOf(i) })));
});
afterEach(() => {
  cleanup();
  restoreSize();
});

async function focusFirst(): Promise<ReturnType<typeof userEvent.setup>> {
  const user = userEvent.setup();
  renderPage(<ServicesPage />);
  act(() => rowOf(nameOf(0)).focus());
  return user;
}

describe('the table of services', () => {
  it('UI-06 keeps the focus on the same service while services change, also when the order does', async () => {
    const user = await focusFirst();
    await user.keyboard('{ArrowDown>5/}');
    await waitFor(() => expect(focusedService()).toBe(nameOf(5)));
    change(nameOf(5), { status: Status.ERROR, reason: 'exit 1' });
    change(nameOf(7), { restarts: 3 });
    expect(focusedService()).toBe(nameOf(5));
    act(() => setUi({ serviceSort: { column: 'status', descending: false } }));
    expect(focusedService()).toBe(nameOf(5));
    expect(rowOf(nameOf(5)).getAttribute('aria-rowindex')).toBe('2');
  });

  it('UI-06 gives the focus to the next row when the focused service goes away', async () => {
    const user = await focusFirst();
    await user.keyboard('{ArrowDown>3/}');
    await waitFor(() => expect(focusedService()).toBe(nameOf(3)));
    show(services.filter((service) => service.name !== nameOf(3)));
    await waitFor(() => expect(focusedService()).toBe(nameOf(4)));
    show(services.slice(0, 3));
    await waitFor(() => expect(focusedService()).toBe(nameOf(2)));
  });

  it('UI-06 keeps the menu of a service open through changes, its entries follow the service, Esc returns to the row', async () => {
    const user = await focusFirst();
    await user.keyboard('{ArrowDown>2/}');
    await waitFor(() => expect(focusedService()).toBe(nameOf(2)));
    await user.keyboard('{Shift>}{F10}{/Shift}');
    const menu = await screen.findByRole('menu', { name: `Menu of ${nameOf(2)}` });
    const start = (): HTMLElement => within(menu).getByRole('menuitem', { name: 'Start' });
    expect(start()).toHaveProperty('disabled', true);
    change(nameOf(2), { status: Status.STOPPED, wanted: false });
    expect(start()).toHaveProperty('disabled', false);
    change(nameOf(9), { restarts: 1 });
    expect(screen.queryByRole('menu')).not.toBeNull();
    await waitFor(() => expect(menu.contains(document.activeElement)).toBe(true));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(focusedService()).toBe(nameOf(2)));
  });

  it('UI-06 does not interrupt typing in the filter', async () => {
    const user = await focusFirst();
    await user.click(screen.getByRole('textbox', { name: 'Filter services' }));
    await user.keyboard('svc');
    change(nameOf(1), { status: Status.ERROR });
    show(services.slice(1));
    await user.keyboard('-1');
    expect(screen.getByRole('textbox', { name: 'Filter services' })).toHaveProperty('value', 'svc-1');
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Filter services' }));
    await waitFor(() => expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('11'));
  });

  it('says beside the status when a schedule runs a task next, and what is started on demand or never', () => {
    show([
      makeService({
        name: 'due',
        kind: Kind.TASK,
        status: Status.STOPPED,
        reason: 'completed',
        nextRunAt: Date.now() + 150_500,
      }),
      makeService({ name: 'tool', status: Status.STOPPED, wanted: false, onDemand: true }),
      makeService({ name: 'off', status: Status.STOPPED, wanted: false, disabled: true }),
      makeService({ name: 'up', onDemand: true }),
    ]);
    renderPage(<ServicesPage />);
    const statusOf = (name: string) => rowOf(name).querySelector('[data-column="status"]')?.textContent;
    expect(statusOf('due')).toMatch(/^completednext in 2 min (30|29) s$/);
    expect(statusOf('tool')).toBe('stoppedon demand');
    expect(statusOf('off')).toBe('stoppeddisabled');
    expect(statusOf('up')).toBe('running');
  });

  it('selects with Enter and lets go with Esc', async () => {
    const user = await focusFirst();
    await user.keyboard('{Enter}');
    expect(currentPlace().service).toBe(nameOf(0));
    await user.keyboard('{Escape}');
    expect(currentPlace().service).toBeUndefined();
  });

  it('marks with the space bar and a range with shift, and offers actions for the marked ones', async () => {
    const user = await focusFirst();
    await user.keyboard(' ');
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(screen.getByText('3 marked')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByText(/marked/)).toBeNull();
  });

  it('draws the rows in sight and not all of them', async () => {
    await focusFirst();
    expect(document.querySelectorAll('[data-service]').length).toBeLessThan(count);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(count + 1));
  });

  it('says what to do when the filter leaves nothing', async () => {
    const user = await focusFirst();
    await user.click(screen.getByRole('textbox', { name: 'Filter services' }));
    await user.keyboard('zebra');
    await user.click(await screen.findByRole('button', { name: 'Clear the filter' }));
    expect(screen.getByRole('grid')).toBeTruthy();
  });
});
