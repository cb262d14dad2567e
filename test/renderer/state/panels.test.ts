import { expect, test } from 'vitest';
import { readLogViewState } from '../../../renderer/features/logs/logViewState.ts';
import { openLogUntil, takePanelRequests } from '../../../renderer/state/panels.ts';

test('a moment of a service opens a tab of its own with what was written until then', () => {
  openLogUntil('orders', 1_700_000_000_000);
  const [request] = takePanelRequests();
  expect(request?.id).toBe('log:until:orders:1700000000000');
  const view = readLogViewState(request?.params);
  expect(view.services).toEqual(['orders']);
  expect(view.sinceUs).toBe(1_699_999_940_000_000);
  expect(view.untilUs).toBe(1_700_000_001_000_000);
});
