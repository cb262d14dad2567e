import { Menu } from '@mantine/core';
import {
  IconDots,
  IconFileText,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconPlugOff,
  IconRefresh,
} from '@tabler/icons-react';
import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { usePendingAction } from '../../state/actions.ts';
import { serviceCommands } from '../../state/serviceCommands.ts';
import { Button } from '../../ui/Button.tsx';
import { MenuItems } from '../../ui/ContextMenu.tsx';
import { LanguageMark } from '../../ui/LanguageMark.tsx';
import { ServiceCommandIcon } from '../../ui/ServiceCommandIcon.tsx';
import { StatusBadge } from '../../ui/StatusIcon.tsx';
import { statusOf } from '../../ui/status.ts';
import { shownVersion } from '../../ui/version.ts';
import { FailedSave } from './FailedSave.tsx';
import classes from './Inspector.module.css';

/** Name, status with its reason and the next step, and what can be done. */
export function InspectorHeader({ service }: { service: Service }) {
  const look = statusOf(service);
  const pending = usePendingAction(service.name);
  const commands = serviceCommands(service);
  const command = (id: string) => commands.find((each) => each.id === id);
  const start = command('start');
  const stop = command('stop');
  const restart = command('restart');
  const detach = command('detach');
  const log = command('log');
  // Start while it is down, Stop while it is up: one button, at the same place.
  const showStart = start && (!start.disabled || pending === 'start') && service.status !== Status.ERROR;
  const showRetry = start && service.status === Status.ERROR;
  const others = commands.filter((each) => each.id !== 'log');
  return (
    <div className={classes.header}>
      <div className={classes.title}>
        <LanguageMark language={service.language} kind={service.kind} />
        <h2 title={service.name}>{service.name}</h2>
        {shownVersion(service) === '' ? null : <span className={classes.version}>{shownVersion(service)}</span>}
        {service.attached ? (
          <span className={classes.version} title="Started outside and let in under this name">
            attached
          </span>
        ) : null}
        <span className={classes.status}>
          <StatusBadge service={service} />
        </span>
      </div>
      {look.detail || service.next ? (
        <div className={classes.reason} data-tone={look.tone}>
          {look.detail}
          {service.next ? <span className={classes.next}>{service.next}</span> : null}
        </div>
      ) : null}
      <FailedSave service={service} />
      <div className={classes.actions}>
        {showStart || showRetry ? (
          <Button icon={<IconPlayerPlayFilled size={12} />} busy={pending === 'start'} onClick={start.run}>
            {start.label}
          </Button>
        ) : stop ? (
          <Button
            icon={<IconPlayerStopFilled size={12} />}
            busy={pending === 'stop' || pending === 'kill'}
            disabled={stop.disabled}
            onClick={stop.run}
          >
            Stop
          </Button>
        ) : null}
        {detach ? (
          <Button
            icon={<IconPlugOff size={14} stroke={1.7} />}
            title="Its process goes on; it is no longer shown, probed and routed under this name"
            onClick={detach.run}
          >
            Detach
          </Button>
        ) : null}
        {restart ? (
          <Button
            icon={<IconRefresh size={14} stroke={1.7} />}
            busy={pending === 'restart'}
            disabled={service.kind === Kind.TASK && service.status !== Status.RUNNING}
            onClick={restart.run}
          >
            Restart
          </Button>
        ) : null}
        {log ? (
          <Button icon={<IconFileText size={14} stroke={1.7} />} onClick={log.run}>
            Log
          </Button>
        ) : null}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button icon={<IconDots size={16} />} aria-label={`More for ${service.name}`} title="More" />
          </Menu.Target>
          <Menu.Dropdown aria-label={`Menu of ${service.name}`}>
            <MenuItems items={others.map((each) => ({ ...each, icon: <ServiceCommandIcon name={each.icon} /> }))} />
          </Menu.Dropdown>
        </Menu>
      </div>
    </div>
  );
}
