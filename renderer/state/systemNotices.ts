import type { DesktopNotification } from '../../shared/contract/bridge.ts';
import type { Notice, Service } from '../../shared/contract/gen/state_pb.ts';
import { bridge } from '../client/platform.ts';
import { serverStore } from './serverState.ts';
import { uiStore } from './uiState.ts';

/** Lines of a compiler that fit into a message of the system. */
const MAX_BODY_LINES = 4;

/** Titles of the notices that deserve a message of the system, by their code. */
const titles: Readonly<Record<string, (service: string) => string>> = {
  'build.failed': (service) => `The build of ${service} failed`,
  'service.failed': (service) => `${service} keeps crashing`,
};

/** What the system is to say of a notice; undefined when it is not worth leaving the editor for. */
export function notificationOf(notice: Notice, service: Service | undefined): DesktopNotification | undefined {
  const title = titles[notice.code];
  if (!title || notice.level !== 'error' || notice.service === '') return undefined;
  const said = notice.code === 'build.failed' ? (service?.build?.message ?? '') : notice.text;
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  // How the compiler ended is known from the title; what it said is not.
  if (notice.code === 'build.failed' && lines.length > 1) lines.shift();
  return {
    title: title(notice.service),
    body: lines.slice(0, MAX_BODY_LINES).join('\n'),
    service: notice.service,
    at: notice.at,
  };
}

/** Hands new notices to the system as they come; what was there at the start is no news. The result ends it. */
export function followSystemNotices(): () => void {
  if (!bridge) return () => {};
  const { notify } = bridge;
  let lastId: number | undefined;
  return serverStore.subscribe((state, before) => {
    if (!state.loaded || (state.notices === before.notices && lastId !== undefined)) return;
    const known = lastId;
    const newest = state.notices.at(-1)?.id ?? 0;
    // A server that was started anew counts from one again.
    lastId = newest;
    if (known === undefined || newest < known) return;
    if (!uiStore.getState().notifications) return;
    for (const notice of state.notices) {
      if (notice.id <= known) continue;
      const notification = notificationOf(notice, state.services.get(notice.service));
      if (notification) notify(notification).catch(() => {});
    }
  });
}
