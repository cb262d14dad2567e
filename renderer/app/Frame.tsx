import { Suspense, useEffect } from 'react';
import { chosenEnvironment, isLocal } from '../client/environment.ts';
import { usePageId, useSelectedEdge, useSelectedService } from '../state/navigation.ts';
import { afterStart } from '../state/afterStart.ts';
import { useDialog } from '../state/dialogs.ts';
import { useOverlay } from '../state/overlays.ts';
import { usePanel } from '../state/panels.ts';
import { useShownProject } from '../state/projectFilter.ts';
import { useLoaded, useProjects, useServiceNames } from '../state/serverState.ts';
import { useUi } from '../state/uiState.ts';
import { Announcer } from './Announcer.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { lazyPart, Once } from '../ui/lazyPart.tsx';
import classes from './Frame.module.css';
import { InspectorSlot } from './InspectorSlot.tsx';
import { pageById, WelcomePage } from './pages.tsx';
import { ProblemBanner } from './ProblemBanner.tsx';
import { QuestionDialog } from './QuestionDialog.tsx';
import { Rail } from './Rail.tsx';
import { ServerAway } from './ServerAway.tsx';
import { StatusBar } from './StatusBar.tsx';
import { Toasts } from './Toasts.tsx';
import { TopBar } from './TopBar.tsx';
import { useAppCommands } from './useAppCommands.ts';
import { useShortcuts } from './useShortcuts.ts';

const Palette = lazyPart(async () => (await import('../features/palette/Palette.tsx')).Palette);
const Inspector = lazyPart(async () => (await import('../features/inspector/Inspector.tsx')).Inspector);
const EdgeInspector = lazyPart(async () => (await import('../features/graph/EdgeInspector.tsx')).EdgeInspector);
const BottomPanel = lazyPart(async () => (await import('../features/panel/BottomPanel.tsx')).BottomPanel);
const HelpSheet = lazyPart(async () => (await import('./HelpSheet.tsx')).HelpSheet);
const ServiceDialogs = lazyPart(async () => (await import('./ServiceDialogs.tsx')).ServiceDialogs);

/** ms at most until what is wanted at a keystroke is loaded, though the page has not come to rest. */
const PREFETCH_MS = 3_000;

/** The window: bars at the top and bottom, the rail, the page, the inspector and the bottom panel. */
export function Frame() {
  useAppCommands();
  useShortcuts();
  const page = pageById(usePageId());
  useWindowTitle(page.title);
  const loaded = useLoaded();
  const empty = useNothingOpen();
  const selected = useSelectedService();
  const edge = useSelectedEdge();
  const inspectorOpen = useUi((state) => state.inspectorOpen);
  const panelOpen = usePanel((state) => state.open);
  const paletteOpen = useOverlay('palette');
  const helpOpen = useOverlay('help');
  const asking = useDialog() !== undefined;
  useEffect(() => prefetch(), []);
  const Content = empty && page.rail !== 'bottom' ? WelcomePage : page.component;
  return (
    <div className={classes.frame}>
      <TopBar />
      <div className={classes.middle}>
        <Rail empty={empty || !loaded} />
        <div className={classes.centre}>
          <ConnectionBanner />
          <ProblemBanner />
          <main className={classes.page} aria-label={page.title}>
            <ErrorBoundary key={page.id} title={page.title}>
              <Suspense fallback={null}>{loaded || page.rail === 'bottom' ? <Content /> : <ServerAway />}</Suspense>
            </ErrorBoundary>
          </main>
          {empty || !loaded || !panelOpen ? null : (
            <Suspense fallback={null}>
              <BottomPanel />
            </Suspense>
          )}
        </div>
        {selected !== undefined && inspectorOpen && !empty ? (
          <InspectorSlot>
            <ErrorBoundary key={selected} title="Inspector">
              <Suspense fallback={null}>
                <Inspector name={selected} />
              </Suspense>
            </ErrorBoundary>
          </InspectorSlot>
        ) : edge !== undefined && inspectorOpen && !empty ? (
          <InspectorSlot>
            <ErrorBoundary key={edge} title="Inspector">
              <Suspense fallback={null}>
                <EdgeInspector edgeId={edge} />
              </Suspense>
            </ErrorBoundary>
          </InspectorSlot>
        ) : null}
      </div>
      <StatusBar />
      <Once when={paletteOpen}>
        <Palette />
      </Once>
      <Once when={helpOpen}>
        <HelpSheet />
      </Once>
      <Once when={asking}>
        <ServiceDialogs />
      </Once>
      <QuestionDialog />
      <Toasts />
      <Announcer />
    </div>
  );
}

/** What is typed right after the key that opens the palette must find it there. */
function prefetch(): () => void {
  const load = (): void => {
    Palette.preload();
    Inspector.preload();
  };
  return afterStart(load, PREFETCH_MS);
}

/** The title that the system shows for the window, e.g. `Graph · shop`. */
function useWindowTitle(page: string): void {
  const project = useShownProject()?.name;
  useEffect(() => {
    const title = project ? `${page} · ${project}` : 'Micro Desktop';
    document.title = isLocal ? title : `${title} · ${chosenEnvironment.name}`;
  }, [page, project]);
}

function useNothingOpen(): boolean {
  const loaded = useLoaded();
  const projects = useProjects();
  const names = useServiceNames();
  return loaded && projects.size === 0 && names.length === 0;
}
