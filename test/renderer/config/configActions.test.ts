import { beforeEach, describe, expect, it, vi } from 'vitest';
import { saveEdits } from '../../../renderer/features/config/configActions.ts';
import { runCommand } from '../../../renderer/state/commands.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const configHistory = { edit: vi.fn(), diff: vi.fn(), rollBack: vi.fn() };
vi.mock('../../../renderer/client/api.ts', () => ({ api: () => ({ configHistory }) }));

const conflict = (revision: number) => new MicroError('config.conflict', 'changed', { details: { revision } });
const edits = [{ path: 'db.pool', value: 5, secret: false }];

beforeEach(() => {
  for (const method of Object.values(configHistory)) method.mockReset();
});

describe('saving changes of the config', () => {
  it('goes on top of what others changed elsewhere', async () => {
    configHistory.edit.mockRejectedValueOnce(conflict(4)).mockResolvedValueOnce({ revision: 5 });
    configHistory.diff.mockResolvedValue({ differences: [{ path: 'web.color', after: '"red"' }] });
    expect(await saveEdits('micro', 3, edits)).toEqual({ status: 'saved' });
    expect(configHistory.diff).toHaveBeenCalledWith({ namespace: 'micro', from: 3, to: 0 });
    expect(configHistory.edit.mock.calls.map(([request]) => (request as { ifRevision: number }).ifRevision)).toEqual([
      3, 4,
    ]);
  });

  it('is held when others changed the same, and tells what they did', async () => {
    configHistory.edit.mockRejectedValueOnce(conflict(4));
    configHistory.diff.mockResolvedValue({ differences: [{ path: 'db', before: '"[secret]"', after: '1' }] });
    expect(await saveEdits('micro', 3, edits)).toEqual({
      status: 'conflict',
      revision: 4,
      theirs: [{ path: 'db', before: '[secret]', after: '1' }],
    });
    expect(configHistory.edit).toHaveBeenCalledTimes(1);
  });

  it('is undone only as long as nobody changed it after', async () => {
    configHistory.edit.mockResolvedValueOnce({ revision: 7 });
    await saveEdits('micro', 6, edits);
    expect(runCommand('undo')).toBe(true);
    await waitFor('the undo', () => configHistory.rollBack.mock.calls.length > 0);
    expect(configHistory.rollBack).toHaveBeenCalledWith({ namespace: 'micro', revision: 6, ifRevision: 7 });
  });
});
