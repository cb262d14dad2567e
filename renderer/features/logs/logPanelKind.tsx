import type { PanelKind, PanelParams } from '../../state/panels.ts';
import { useService } from '../../state/serverState.ts';
import { lazyPart } from '../../ui/lazyPart.tsx';
import { statusOf } from '../../ui/status.ts';
import { StatusIcon } from '../../ui/StatusIcon.tsx';
import { readLogViewState } from './logViewState.ts';

function LogTabIcon({ params }: { params: PanelParams }) {
  const { services } = readLogViewState(params);
  const service = useService(services.length === 1 ? services[0] : undefined);
  return service ? <StatusIcon look={statusOf(service)} /> : null;
}

function title(params: PanelParams): string {
  const { services } = readLogViewState(params);
  if (services.length === 0) return 'All services';
  return services.length <= 3 ? services.join(', ') : `${services.length} services`;
}

const LogPanel = lazyPart(async () => (await import('./LogPanel.tsx')).LogPanel);

/** Logs as tabs of the bottom panel. */
export const logPanelKind: PanelKind = { component: LogPanel, icon: LogTabIcon, title };
