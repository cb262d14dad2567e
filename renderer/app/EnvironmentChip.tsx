import { Popover } from '@mantine/core';
import { IconChevronDown, IconCopy } from '@tabler/icons-react';
import type { LinkStatus } from '../client/serverLink.ts';
import { copyText } from '../state/serviceCommands.ts';
import { useConnection, useServerInfo } from '../state/serverState.ts';
import { shortPath } from '../state/shortPath.ts';
import { DefinitionList, Fact } from '../ui/DefinitionList.tsx';
import { StatusIcon } from '../ui/StatusIcon.tsx';
import type { StatusLook } from '../ui/status.ts';
import { Since } from '../ui/Time.tsx';
import classes from './EnvironmentChip.module.css';
import { EnvironmentSwitch } from './EnvironmentSwitch.tsx';
import { chosenEnvironment } from '../client/environment.ts';
import bar from './TopBar.module.css';

/** Picture of each state of the connection. */
export const linkLooks: Record<LinkStatus['status'], Pick<StatusLook, 'tone' | 'shape' | 'word'>> = {
  connecting: { tone: 'busy', shape: 'arc', word: 'connecting' },
  connected: { tone: 'ok', shape: 'check', word: 'connected' },
  reconnecting: { tone: 'warn', shape: 'arc', word: 'reconnecting' },
  failed: { tone: 'bad', shape: 'triangle', word: 'not running' },
};

/** The environment the window shows, with the facts of its server. */
export function EnvironmentChip() {
  const connection = useConnection();
  const info = useServerInfo();
  const look = linkLooks[connection.status];
  return (
    <Popover position="bottom-start" width={340} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={bar.pick}
          data-bordered
          title={`Environment ${chosenEnvironment.name}: ${look.word}`}
          data-environment={chosenEnvironment.colour || undefined}
        >
          <StatusIcon look={look} />
          {chosenEnvironment.name}
          <IconChevronDown size={14} className={bar.caret} />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Environment">
        <DefinitionList>
          <Fact term="Server">{look.word}</Fact>
          {info ? (
            <>
              <Fact term="Gateway">
                <Address text={info.gateway} />
              </Fact>
              <Fact term="Proxy, API">
                <Address text={info.proxy} />
              </Fact>
              <Fact term="Up">
                <Since at={info.startedAt} />
              </Fact>
              <Fact term="Process">pid {info.pid}</Fact>
              <Fact term="Home">
                <span title={info.home}>{shortPath(info.home)}</span>
              </Fact>
              <Fact term="Runs on">
                {info.platform} · Node {info.nodeVersion.replace(/^v/, '')}
              </Fact>
              <Fact term="Version">{info.version}</Fact>
            </>
          ) : null}
        </DefinitionList>
        <EnvironmentSwitch />
      </Popover.Dropdown>
    </Popover>
  );
}

function Address({ text }: { text: string }) {
  const url = text.includes('://') ? text : `http://${text}`;
  return (
    <span className={classes.address}>
      <code>{url}</code>
      <button
        type="button"
        className={classes.copy}
        aria-label={`Copy ${url}`}
        title="Copy"
        onClick={() => copyText(url, 'Address')}
      >
        <IconCopy size={14} />
      </button>
    </span>
  );
}
