import type { DockviewApi } from 'dockview-react';
import { type PanelRequest, panelStore, togglePanel } from '../../state/panels.ts';
import { clearLayout } from './layoutStore.ts';
import type { HostParams } from './PanelHost.tsx';

/** Name of the one component that all tabs of the dock have; the kind stands in the params. */
export const hostComponent = 'host';

/** Opens a tab, or shows the one with this id. A tab that has been closed meanwhile is opened anew. */
export function openRequest(api: DockviewApi, request: PanelRequest): void {
  const known = api.getPanel(request.id);
  if (known) {
    known.api.setActive();
    return;
  }
  const params: HostParams = { kind: request.kind, params: request.params };
  const beside = request.place === 'split' ? api.activePanel : undefined;
  const kind = panelStore.getState().kinds.get(request.kind);
  const panel = api.addPanel({
    id: request.id,
    // Also what assistive technology calls the tab.
    title: kind?.title(request.params) ?? request.kind,
    component: hostComponent,
    params,
    ...(beside ? { position: { referencePanel: beside, direction: 'right' } } : {}),
  });
  panel.api.setActive();
}

/** Closes a tab, unless its kind wants it to stay. With the last one the panel goes. */
export async function closePanel(api: DockviewApi, id: string): Promise<boolean> {
  const panel = api.getPanel(id);
  if (!panel) return true;
  const { kind: kindName, params } = panel.params as HostParams;
  const kind = panelStore.getState().kinds.get(kindName);
  if (kind?.confirmClose && !(await kind.confirmClose(id, params))) return false;
  const stillThere = api.getPanel(id);
  if (stillThere) api.removePanel(stillThere);
  kind?.handleClosed?.(id, params);
  if (api.panels.length === 0) {
    clearLayout(window.localStorage);
    togglePanel(false);
  }
  return true;
}

/** The same for the tab that has the keyboard, which then goes on to the next one. */
export async function closeFocusedTab(api: DockviewApi, id: string): Promise<void> {
  const panels = api.getPanel(id)?.group.panels ?? [];
  const at = panels.findIndex((panel) => panel.id === id);
  const next = panels[at + 1] ?? panels[at - 1];
  if ((await closePanel(api, id)) && next) focusTab(next.id);
}

function focusTab(id: string): void {
  document.querySelector<HTMLElement>(`[data-tab-panel-id="${CSS.escape(id)}"]`)?.focus();
}

/** Closes all tabs of the same group but one. */
export async function closeOthers(api: DockviewApi, id: string): Promise<void> {
  const group = api.getPanel(id)?.group;
  for (const panel of [...(group?.panels ?? [])]) if (panel.id !== id) await closePanel(api, panel.id);
}

/** Moves a tab into a group of its own beside or under the one it is in. */
export function splitPanel(api: DockviewApi, id: string, side: 'right' | 'below'): void {
  const panel = api.getPanel(id);
  if (!panel || panel.group.panels.length < 2) return;
  const group = api.addGroup({ referenceGroup: panel.group, direction: side });
  panel.api.moveTo({ group });
  panel.api.setActive();
}

/** Shows the tab after (before) the current one of its group. */
export function stepTab(api: DockviewApi, step: 1 | -1): void {
  const group = api.activeGroup;
  const panels = group?.panels ?? [];
  const at = panels.findIndex((panel) => panel.id === group?.activePanel?.id);
  panels[(at + step + panels.length) % panels.length]?.api.setActive();
}

/** Shows the group after (before) the current one. */
export function stepGroup(api: DockviewApi, step: 1 | -1): void {
  const { groups } = api;
  const at = groups.findIndex((group) => group.id === api.activeGroup?.id);
  groups[(at + step + groups.length) % groups.length]?.activePanel?.api.setActive();
}
