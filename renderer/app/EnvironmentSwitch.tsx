import { IconCheck } from '@tabler/icons-react';
import { chosenEnvironment, LOCAL, switchEnvironment } from '../client/environment.ts';
import { type ShownEnvironment, useEnvironments } from '../state/environments.ts';
import { openPage } from '../state/navigation.ts';
import { Button } from '../ui/Button.tsx';
import { SectionTitle } from '../ui/DefinitionList.tsx';
import { EnvironmentName } from '../ui/EnvironmentName.tsx';
import classes from './EnvironmentSwitch.module.css';

/** Every environment, each of which the window can work on. */
export function EnvironmentSwitch() {
  const { data = [] } = useEnvironments();
  const all: ShownEnvironment[] = [{ name: LOCAL, colour: '' }, ...data];
  return (
    <div>
      <SectionTitle>Work on</SectionTitle>
      <ul className={classes.list}>
        {all.map(({ name, colour }) => {
          const isChosen = name === chosenEnvironment.name;
          return (
            <li key={name}>
              <button
                type="button"
                className={classes.entry}
                aria-current={isChosen || undefined}
                onClick={() => switchEnvironment({ name, colour })}
              >
                <EnvironmentName name={name} colour={colour} />
                {isChosen ? <IconCheck size={14} stroke={2} aria-label="is shown" /> : null}
              </button>
            </li>
          );
        })}
      </ul>
      <Button onClick={() => openPage('environments')}>Environments…</Button>
    </div>
  );
}
