import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INSPECTOR_WIDTH, readUiState } from '../../../renderer/state/uiState.ts';

describe('the kept layout', () => {
  it('is the standard one when nothing was kept', () => {
    expect(readUiState(null)).toMatchObject({ theme: 'system', railCollapsed: false, inspectorOpen: true });
  });

  it('keeps what is sound and takes the standard for each value that is damaged', () => {
    const state = readUiState(JSON.stringify({ theme: 'blue', railCollapsed: true, inspectorWidth: 9, keys: 4 }));
    expect(state).toMatchObject({
      theme: 'system',
      railCollapsed: true,
      inspectorWidth: INSPECTOR_WIDTH.standard,
      keys: {},
    });
  });

  it('never throws, whatever lies in the storage', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const state = readUiState(text);
        expect(['light', 'dark', 'system']).toContain(state.theme);
        expect(state.inspectorWidth).toBeGreaterThanOrEqual(INSPECTOR_WIDTH.min);
      }),
    );
  });
});
