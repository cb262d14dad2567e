import {
  IconAdjustments,
  IconAlignLeft,
  IconBolt,
  IconDatabase,
  IconList,
  IconSend,
  IconServer,
  IconSettings,
  IconShieldLock,
  IconShare,
  IconTimeline,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { filterParams } from '../features/traces/traceFilter.ts';
import { afterStart } from '../state/afterStart.ts';
import { useShownServices } from '../state/projectFilter.ts';
import { currentPlace } from '../state/navigation.ts';
import { uiStore } from '../state/uiState.ts';
import { type LazyPart, lazyPart } from '../ui/lazyPart.tsx';

/** A page of the window. */
export interface Page {
  id: string;
  title: string;
  icon: ReactNode;
  /** Single key that leads there. */
  keys?: string;
  /** Where its entry stands in the rail; absent: nowhere. */
  rail?: 'top' | 'bottom';
  component: LazyPart<object>;
  /** Params that it has again when one comes back by its entry or key. */
  keeps?: readonly string[];
  /** A number beside the name. */
  useBadge?: () => { count: number; tone?: 'bad' } | undefined;
}

const GraphPage = lazyPart(async () => (await import('../features/graph/GraphPage.tsx')).GraphPage);
const TracesPage = lazyPart(async () => (await import('../features/traces/TracesPage.tsx')).TracesPage);
const CallsPage = lazyPart(async () => (await import('../features/calls/CallsPage.tsx')).CallsPage);
const LogsPage = lazyPart(async () => (await import('../features/logs/LogsPage.tsx')).LogsPage);
const ServicesPage = lazyPart(async () => (await import('../features/services/ServicesPage.tsx')).ServicesPage);
const StorePage = lazyPart(async () => (await import('../features/store/StorePage.tsx')).StorePage);
const ConfigPage = lazyPart(async () => (await import('../features/config/ConfigPage.tsx')).ConfigPage);
const EventsPage = lazyPart(async () => (await import('../features/events/EventsPage.tsx')).EventsPage);
const AccessPage = lazyPart(async () => (await import('../features/access/AccessPage.tsx')).AccessPage);
const EnvironmentsPage = lazyPart(
  async () => (await import('../features/environments/EnvironmentsPage.tsx')).EnvironmentsPage,
);
const SettingsPage = lazyPart(async () => (await import('../features/settings/SettingsPage.tsx')).SettingsPage);
/** Shown instead of the pages of services while nothing is open. */
export const WelcomePage = lazyPart(async () => (await import('../features/welcome/WelcomePage.tsx')).WelcomePage);

const icon = { size: 16, stroke: 1.6, 'aria-hidden': true } as const;

/** All pages in the order of the rail. */
export const pages: readonly Page[] = [
  {
    id: 'graph',
    title: 'Graph',
    icon: <IconShare {...icon} />,
    keys: 'g',
    rail: 'top',
    component: GraphPage,
  },
  {
    id: 'services',
    title: 'Services',
    icon: <IconList {...icon} />,
    keys: 's',
    rail: 'top',
    component: ServicesPage,
    useBadge: () => ({ count: useShownServices().length }),
  },
  {
    id: 'logs',
    title: 'Logs',
    icon: <IconAlignLeft {...icon} />,
    keys: 'l',
    rail: 'top',
    component: LogsPage,
  },
  {
    id: 'traces',
    title: 'Traces',
    icon: <IconTimeline {...icon} />,
    keys: 't',
    rail: 'top',
    component: TracesPage,
    keeps: filterParams,
  },
  {
    id: 'calls',
    title: 'Calls',
    icon: <IconSend {...icon} />,
    keys: 'c',
    rail: 'top',
    component: CallsPage,
  },
  {
    id: 'store',
    title: 'Store',
    icon: <IconDatabase {...icon} />,
    keys: 'd',
    rail: 'top',
    component: StorePage,
  },
  {
    id: 'config',
    title: 'Config',
    icon: <IconAdjustments {...icon} />,
    keys: 'f',
    rail: 'top',
    component: ConfigPage,
  },
  {
    id: 'events',
    title: 'Events',
    icon: <IconBolt {...icon} />,
    keys: 'e',
    rail: 'top',
    component: EventsPage,
  },
  {
    id: 'access',
    title: 'Access',
    icon: <IconShieldLock {...icon} />,
    keys: 'a',
    rail: 'top',
    component: AccessPage,
  },
  {
    id: 'environments',
    title: 'Environments',
    icon: <IconServer {...icon} />,
    keys: 'v',
    rail: 'bottom',
    component: EnvironmentsPage,
  },
  {
    id: 'settings',
    title: 'Settings',
    icon: <IconSettings {...icon} />,
    keys: 'mod+,',
    rail: 'bottom',
    component: SettingsPage,
  },
  { id: 'open', title: 'Open project', icon: null, component: WelcomePage },
];

/** The page to begin with. */
export const firstPage: Page = pages[0] as Page;

/** The page with this id; an id that is not known any more leads to the first page. */
export function pageById(id: string): Page {
  return pages.find((page) => page.id === id) ?? firstPage;
}

/** Begins to load the page that is shown first, while the server is still being asked what there is to show. */
export function preloadFirstPage(): void {
  // A window that was never anywhere has no project yet.
  if (uiStore.getState().location === '') WelcomePage.preload();
  else pageById(currentPlace().page).component.preload();
}

/** After so long the rest is loaded even if the window never rests, ms. */
const preloadWithinMs = 5_000;

/** Once the window rests: loads the code of every page and connects to the logs, so that nothing keeps anybody waiting. */
export function preloadOtherPages(): void {
  afterStart(() => {
    for (const { component } of pages) component.preload();
    // What cannot be loaded is said where it is drawn.
    const ignore = (): void => {};
    void import('../features/logs/LogSocket.ts').then(({ logSocket }) => logSocket().warm(), ignore);
    void import('../features/terminals/TerminalPanel.tsx').catch(ignore);
  }, preloadWithinMs);
}
