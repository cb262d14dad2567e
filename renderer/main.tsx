import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/mantineStyles.ts';
import './ui/tokens.css';
import './ui/serviceColours.css';
import './ui/mantine.css';
import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { preloadFirstPage, preloadOtherPages } from './app/pages.tsx';
import { registerPanelKinds } from './app/panelKinds.ts';
import { atFirstDraw } from './state/firstDraw.ts';
import { followHistory } from './state/navigation.ts';
import { startSession } from './state/session.ts';
import { followSystemNotices } from './state/systemNotices.ts';
import { followTerminals } from './state/terminals.ts';

preloadFirstPage();
registerPanelKinds();
atFirstDraw(draw);
startSession();
followTerminals();
followSystemNotices();
followHistory();

preloadOtherPages();

function draw(): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
