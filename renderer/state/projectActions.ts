import { toMicroError } from '../../shared/contract/errors.ts';
import type { RecentProject } from '../../shared/contract/bridge.ts';
import { api } from '../client/api.ts';
import { bridge } from '../client/platform.ts';
import { attempt } from './actions.ts';
import { setUi, uiStore } from './uiState.ts';
import { showToast } from './toasts.ts';

/** Folders that a browser remembers; the list of the welcome view, not an archive. */
const MAX_RECENT = 12;

/** Folders opened before, newest first. */
export async function recentProjects(): Promise<RecentProject[]> {
  return bridge ? bridge.recentProjects() : uiStore.getState().recentFolders;
}

/** Takes a folder off the list of recent projects. */
export async function forgetProject(folder: string): Promise<void> {
  if (bridge) await bridge.removeRecentProject(folder);
  else setUi({ recentFolders: uiStore.getState().recentFolders.filter((recent) => recent.folder !== folder) });
}

async function rememberProject(project: { name: string; folder: string }): Promise<void> {
  if (bridge) await bridge.addRecentProject(project);
  else {
    const others = uiStore.getState().recentFolders.filter((recent) => recent.folder !== project.folder);
    setUi({ recentFolders: [{ ...project, openedAt: Date.now() }, ...others].slice(0, MAX_RECENT) });
  }
}

/** Opens a project and shows it; rejects with the server's reason. */
export async function openProject(folder: string, start: boolean): Promise<void> {
  const { project } = await api().desktop.openProject({ folder, start });
  if (!project) return;
  setUi({ project: project.name });
  await rememberProject({ name: project.name, folder: project.folder }).catch((error: unknown) => {
    showToast({
      tone: 'warn',
      title: 'The list of recent projects could not be written',
      text: toMicroError(error).message,
    });
  });
}

/** Closes a project: its services are stopped first. Says what happened. */
export async function closeProject(name: string): Promise<void> {
  await attempt(
    `${name} could not be closed`,
    async () => {
      await api().desktop.closeProject({ name });
      if (uiStore.getState().project === name) setUi({ project: '' });
    },
    `${name} closed`,
  );
}

/** Takes away a service that is in no micro.yaml. Says what happened. */
export async function removeService(name: string): Promise<void> {
  await attempt(`${name} could not be removed`, () => api().desktop.removeService({ name }), `${name} removed`);
}
