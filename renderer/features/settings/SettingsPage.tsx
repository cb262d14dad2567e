import { SegmentedControl, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { bridge } from '../../client/platform.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { setUi, useUi } from '../../state/uiState.ts';
import { shortPath } from '../../state/shortPath.ts';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { LogLimits } from './LogLimits.tsx';
import classes from './SettingsPage.module.css';
import { SecretKeySetting } from './SecretKeySetting.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { TrafficSettings } from './TrafficSettings.tsx';

/** What the user can choose about the window. Every change holds at once and is kept. */
export function SettingsPage() {
  const theme = useUi((state) => state.theme);
  const railCollapsed = useUi((state) => state.railCollapsed);
  const notifications = useUi((state) => state.notifications);
  const terminalGraphics = useUi((state) => state.terminalGraphics);
  const info = useServerInfo();
  return (
    <>
      <Toolbar title="Settings" />
      <div className={classes.page}>
        <div className={classes.column}>
          <Section title="Appearance">
            <Setting name="Theme" text="System follows the light and dark setting of your desktop.">
              <Choice
                label="Theme"
                value={theme}
                labels={{ light: 'Light', dark: 'Dark', system: 'System' }}
                onChoose={(chosen) => setUi({ theme: chosen })}
              />
            </Setting>
            <Setting name="Page names in the side bar" text="Without them the side bar shows icons only.">
              <Switch
                aria-label="Page names in the side bar"
                checked={!railCollapsed}
                onChange={(event) => setUi({ railCollapsed: !event.currentTarget.checked })}
              />
            </Setting>
          </Section>
          <Section title="Terminals">
            <Setting
              name="Drawn by the graphics card"
              text="Automatic takes it where there is one. Never helps where letters are drawn wrong."
            >
              <Choice
                label="Terminals drawn by the graphics card"
                value={terminalGraphics}
                labels={{ auto: 'Automatic', always: 'Always', never: 'Never' }}
                onChoose={(chosen) => setUi({ terminalGraphics: chosen })}
              />
            </Setting>
          </Section>
          {bridge ? (
            <Section title="Notifications">
              <Setting
                name="System notifications"
                text="For a failed build or a service that keeps crashing, while the window is not in front."
              >
                <Switch
                  aria-label="System notifications"
                  checked={notifications}
                  onChange={(event) => setUi({ notifications: event.currentTarget.checked })}
                />
              </Setting>
            </Section>
          ) : null}
          {info ? (
            <Section title="Logs">
              <LogLimits
                row={(name, text, value) => (
                  <Setting name={name} text={text}>
                    {value}
                  </Setting>
                )}
              />
            </Section>
          ) : null}
          {info ? (
            <Section title="Traffic">
              <TrafficSettings
                row={(name, text, value) => (
                  <Setting name={name} text={text}>
                    {value}
                  </Setting>
                )}
              />
            </Section>
          ) : null}
          {info ? (
            <Section title="Secrets">
              <SecretKeySetting
                row={(name, text, value) => (
                  <Setting name={name} text={text}>
                    {value}
                  </Setting>
                )}
              />
            </Section>
          ) : null}
          <Section title="Keys">
            <ShortcutList />
          </Section>
          {info ? (
            <Section title="About">
              <Setting name="Micro Desktop">
                <span data-selectable>{bridge ? bridge.version : info.version}</span>
              </Setting>
              <Setting name="Server">
                <span data-selectable>
                  {info.version} · pid {info.pid} · Node {info.nodeVersion.replace(/^v/, '')} · {info.platform}
                </span>
              </Setting>
              <Setting name="Home folder">
                <span data-selectable title={info.home}>
                  {shortPath(info.home)}
                </span>
              </Setting>
            </Section>
          ) : null}
        </div>
      </div>
    </>
  );
}

/** One of a few values; `labels` names them in the order in which they stand. */
function Choice<T extends string>({
  label,
  value,
  labels,
  onChoose,
}: {
  label: string;
  value: T;
  labels: Record<T, string>;
  onChoose: (value: T) => void;
}) {
  return (
    <SegmentedControl
      size="xs"
      withItemsBorders={false}
      aria-label={label}
      value={value}
      onChange={(chosen) => onChoose(chosen as T)}
      data={Object.entries<string>(labels).map(([each, text]) => ({ value: each, label: text }))}
      classNames={{ root: classes.segments ?? '', indicator: classes.indicator ?? '' }}
    />
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      <div className={classes.box}>{children}</div>
    </section>
  );
}

function Setting({ name, text, children }: { name: string; text?: string; children: ReactNode }) {
  return (
    <div className={classes.setting}>
      <div>
        <div>{name}</div>
        {text ? <div className={classes.text}>{text}</div> : null}
      </div>
      <div className={classes.value}>{children}</div>
    </div>
  );
}
