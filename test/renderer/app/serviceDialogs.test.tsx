import { create } from '@bufbuild/protobuf';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServiceDialogs } from '../../../renderer/app/ServiceDialogs.tsx';
import { askStopWithDependents, killServices, startServices } from '../../../renderer/state/serviceActions.ts';
import { showDialog } from '../../../renderer/state/dialogs.ts';
import { applyServerState } from '../../../renderer/state/serverState.ts';
import {
  ActionEventSchema,
  ExplainFileResponseSchema,
  PlanResponseSchema,
  PortClashesResponseSchema,
} from '../../../shared/contract/gen/actions_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService, stateWith } from '../../helpers/renderer/services.ts';

const desktop = {
  plan: vi.fn(),
  start: vi.fn(),
  stop: vi.fn(),
  scale: vi.fn(),
  explainFile: vi.fn(),
  portClashes: vi.fn(),
  debug: vi.fn(),
};
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ desktop }), openSocket: () => undefined }));

beforeEach(() => {
  for (const call of Object.values(desktop)) call.mockReset();
  for (const call of [desktop.start, desktop.stop, desktop.scale]) {
    call.mockImplementation(async function* () {
      yield create(ActionEventSchema, { service: 'web', done: true, ok: true });
    });
  }
  desktop.portClashes.mockResolvedValue(create(PortClashesResponseSchema, {}));
  applyServerState(
    stateWith([
      makeService({ name: 'web', command: 'node web.js', folder: '/srv/shop/web', replicas: 2 }),
      makeService({ name: 'db' }),
    ]),
  );
  renderPage(<ServiceDialogs />);
});
afterEach(() => {
  act(() => showDialog(undefined));
  cleanup();
});

describe('before a service is stopped with what needs it', () => {
  it('says what would stop too and why, as the server has it, and stops what is chosen', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, { stops: [{ service: 'web', needs: 'db' }] }));
    const user = userEvent.setup();
    await act(() => askStopWithDependents('db'));
    expect(desktop.plan).toHaveBeenCalledWith({ services: ['db'], stop: true });
    expect(await screen.findByText('needs db')).toBeTruthy();
    expect(desktop.stop).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Stop all 2' }));
    expect(desktop.stop).toHaveBeenCalledWith(expect.objectContaining({ services: ['db'], withDependents: true }));
  });

  it('asks nothing when nothing that runs needs it', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, {}));
    await act(() => askStopWithDependents('db'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(desktop.stop).toHaveBeenCalledWith(expect.objectContaining({ services: ['db'], withDependents: false }));
  });
});

describe('before services are started', () => {
  it('says what else would be started and why, and starts only what is chosen', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, { starts: [{ service: 'db', neededBy: 'web' }] }));
    const user = userEvent.setup();
    await act(() => startServices(['web']));
    expect(await screen.findByText('needed by web')).toBeTruthy();
    expect(desktop.start).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Start all 2' }));
    expect(desktop.start).toHaveBeenCalledWith(expect.objectContaining({ services: ['web'], withDependencies: true }));

    await act(() => startServices(['web']));
    await user.click(await screen.findByRole('button', { name: 'Only web' }));
    expect(desktop.start).toHaveBeenLastCalledWith(expect.objectContaining({ withDependencies: false }));
  });

  it('does not ask when nothing else is needed', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, {}));
    await act(() => startServices(['web']));
    expect(desktop.start).toHaveBeenCalledOnce();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('a port that somebody else holds', () => {
  const clash = { service: 'web', port: 4001, pid: 812, name: 'node', command: 'node other.js' };
  const clashes = create(PortClashesResponseSchema, { clashes: [clash] });

  it('is said with its holder before anything starts; the holder is ended only when that is chosen', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, {}));
    desktop.portClashes.mockResolvedValue(clashes);
    const user = userEvent.setup();
    await act(() => startServices(['web']));
    expect(await screen.findByText('held by node (pid 812): node other.js')).toBeTruthy();
    expect(desktop.start).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Stop node (pid 812) and start' }));
    expect(desktop.start).toHaveBeenCalledWith(
      expect.objectContaining({ services: ['web'], freePorts: true, port: '' }),
    );
  });

  it('can be left to its holder, with another port for this run', async () => {
    desktop.plan.mockResolvedValue(create(PlanResponseSchema, {}));
    desktop.portClashes.mockResolvedValue(clashes);
    const user = userEvent.setup();
    await act(() => startServices(['web']));
    await user.click(await screen.findByRole('button', { name: 'Start on another port' }));
    expect(desktop.start).toHaveBeenCalledWith(expect.objectContaining({ freePorts: false, port: 'auto' }));
  });
});

describe('killing', () => {
  it('asks once for several services, and not for one', async () => {
    const user = userEvent.setup();
    await act(() => killServices(['web', 'db']));
    expect(desktop.stop).not.toHaveBeenCalled();
    await user.click(await screen.findByRole('button', { name: 'Kill 2' }));
    expect(desktop.stop).toHaveBeenCalledWith(expect.objectContaining({ services: ['web', 'db'], force: true }));
    await act(() => killServices(['web']));
    expect(desktop.stop).toHaveBeenCalledTimes(2);
  });
});

describe('running once with other arguments', () => {
  it('sends the arguments and variables of this run', async () => {
    const user = userEvent.setup();
    act(() => showDialog({ kind: 'run-once', service: 'web' }));
    await user.type(await screen.findByRole('textbox', { name: 'Further arguments' }), "--only 'first batch'");
    await user.type(screen.getByRole('textbox', { name: 'Variables, one a line' }), 'LEVEL=debug');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await waitFor(() =>
      expect(desktop.start).toHaveBeenCalledWith(
        expect.objectContaining({ services: ['web'], args: ['--only', 'first batch'], env: { LEVEL: 'debug' } }),
      ),
    );
  });

  it('says what is wrong with them and does not run', async () => {
    const user = userEvent.setup();
    act(() => showDialog({ kind: 'run-once', service: 'web' }));
    await user.type(await screen.findByRole('textbox', { name: 'Variables, one a line' }), 'nonsense');
    expect(screen.getByText('line 1 is not NAME=value: nonsense')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Run' })).toHaveProperty('disabled', true);
  });
});

describe('changing the number of copies', () => {
  it('begins with how many there are, refuses what cannot be, and asks the server for the rest', async () => {
    const user = userEvent.setup();
    act(() => showDialog({ kind: 'scale', service: 'web' }));
    const field = await screen.findByRole('spinbutton', { name: 'Copies (now 2)' });
    const scale = screen.getByRole('button', { name: 'Scale' });
    expect(scale).toHaveProperty('disabled', true);
    await user.clear(field);
    await user.type(field, '40');
    expect(screen.getByText('A whole number from 1 to 32')).toBeTruthy();
    expect(scale).toHaveProperty('disabled', true);
    await user.clear(field);
    await user.type(field, '3{Enter}');
    expect(desktop.scale).toHaveBeenCalledWith({ service: 'web', replicas: 3 });
  });
});

describe('why a save was ignored', () => {
  it('is asked with the whole path and answered with the rule', async () => {
    const why = 'it is in node_modules';
    desktop.explainFile.mockResolvedValue(create(ExplainFileResponseSchema, { counts: false, why }));
    const user = userEvent.setup();
    act(() => showDialog({ kind: 'explain-file', service: 'web' }));
    await user.type(await screen.findByRole('textbox', { name: /^File/ }), 'node_modules/a.js{Enter}');
    expect(desktop.explainFile).toHaveBeenCalledWith({ service: 'web', path: '/srv/shop/web/node_modules/a.js' });
    expect((await screen.findByRole('status')).textContent).toBe(
      `A change of node_modules/a.js does not reload web: ${why}`,
    );
  });

  it('says what the server said when it could not answer', async () => {
    desktop.explainFile.mockRejectedValue(new Error('there is no connection'));
    const user = userEvent.setup();
    act(() => showDialog({ kind: 'explain-file', service: 'web' }));
    await user.type(await screen.findByRole('textbox', { name: /^File/ }), 'a.js{Enter}');
    expect(await screen.findByText('there is no connection')).toBeTruthy();
  });
});
