import { IconLayoutSidebarRight } from '@tabler/icons-react';
import { chosenEnvironment } from '../client/environment.ts';
import { useSelectedService } from '../state/navigation.ts';
import { formatKeys } from '../state/keys.ts';
import { showOverlay } from '../state/overlays.ts';
import { setUi, useUi } from '../state/uiState.ts';
import { Button } from '../ui/Button.tsx';
import { KeyHint } from '../ui/KeyHint.tsx';
import { EnvironmentChip } from './EnvironmentChip.tsx';
import { NoticesMenu } from './NoticesMenu.tsx';
import { ProjectSwitcher } from './ProjectSwitcher.tsx';
import { RunButtons } from './RunButtons.tsx';
import classes from './TopBar.module.css';

/** The top of the window: where we are, the search that runs everything, and the two great buttons. */
export function TopBar() {
  const selected = useSelectedService();
  const inspectorOpen = useUi((state) => state.inspectorOpen);
  return (
    <header className={classes.bar} data-environment={chosenEnvironment.colour || undefined}>
      <Logo />
      <ProjectSwitcher />
      <EnvironmentChip />
      <button type="button" className={classes.search} onClick={() => showOverlay('palette')}>
        <span className={classes.searchText}>Search services, commands</span>
        <KeyHint text={formatKeys('mod+k')} />
      </button>
      <NoticesMenu />
      {selected !== undefined ? (
        <Button
          variant="quiet"
          icon={<IconLayoutSidebarRight size={16} stroke={1.6} />}
          aria-label={inspectorOpen ? 'Hide the inspector' : 'Show the inspector'}
          title={inspectorOpen ? 'Hide the inspector' : 'Show the inspector'}
          aria-pressed={inspectorOpen}
          onClick={() => setUi({ inspectorOpen: !inspectorOpen })}
        />
      ) : null}
      <RunButtons />
    </header>
  );
}

function Logo() {
  return (
    <svg className={classes.logo} viewBox="0 0 20 20" role="img" aria-label="Micro Desktop">
      <rect width="20" height="20" rx="5" fill="var(--accent)" />
      <circle cx="6" cy="10" r="2" fill="#fff" />
      <circle cx="14" cy="5.6" r="2" fill="#fff" />
      <circle cx="14" cy="14.4" r="2" fill="#fff" />
      <path d="M7.6 9.2 12.3 6.5M7.6 10.8l4.7 2.7" stroke="#fff" strokeWidth="1.3" />
    </svg>
  );
}
