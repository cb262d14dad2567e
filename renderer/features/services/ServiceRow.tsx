import { IconDots } from '@tabler/icons-react';
import { memo, type MouseEvent } from 'react';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import { usePendingAction } from '../../state/actions.ts';
import { useUsage } from '../../state/usage.ts';
import { formatBytes, formatPercent } from '../../ui/format.ts';
import { LanguageMark } from '../../ui/LanguageMark.tsx';
import { ReloadBadge } from '../../ui/ReloadBadge.tsx';
import { ServiceName } from '../../ui/ServiceName.tsx';
import { StartBadge } from '../../ui/StartBadge.tsx';
import { StatusBadge } from '../../ui/StatusIcon.tsx';
import { Since } from '../../ui/Time.tsx';
import { shownVersion } from '../../ui/version.ts';
import classes from './ServicesTable.module.css';
import { kindWord, upSince } from './serviceRows.ts';

/** One service. It draws again only when its own service, its place or its marks change. */
export const ServiceRow = memo(function ServiceRow({
  service,
  top,
  rowIndex,
  active,
  selected,
  marked,
  onClick,
  onOpenLog,
  onFocus,
  onMark,
  onMenu,
}: {
  service: Service;
  /** px from the first row. */
  top: number;
  rowIndex: number;
  active: boolean;
  selected: boolean;
  marked: boolean;
  onClick: (event: MouseEvent, name: string) => void;
  onOpenLog: (name: string) => void;
  onFocus: (name: string) => void;
  onMark: (name: string) => void;
  onMenu: (name: string, at: { x: number; y: number }) => void;
}) {
  const { name } = service;
  const pending = usePendingAction(name);
  const since = upSince(service);
  const [first, ...more] = service.instances;
  return (
    <div
      className={classes.row}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={marked}
      aria-current={selected || undefined}
      data-service={name}
      data-pending={pending}
      tabIndex={active ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => onClick(event, name)}
      onDoubleClick={() => onOpenLog(name)}
      onFocus={(event) => {
        if (event.target === event.currentTarget && !active) onFocus(name);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(name, { x: event.clientX, y: event.clientY });
      }}
    >
      <span className={classes.cell} role="gridcell">
        <input
          type="checkbox"
          className={classes.check}
          aria-label={`Mark ${name}`}
          tabIndex={-1}
          checked={marked}
          onClick={(event) => event.stopPropagation()}
          onChange={() => onMark(name)}
        />
      </span>
      <span className={classes.cell} data-column="name" role="gridcell" title={name}>
        <LanguageMark language={service.language} kind={service.kind} />
        <ServiceName name={name} />
        {shownVersion(service) === '' ? null : <span className={classes.dim}>{shownVersion(service)}</span>}
      </span>
      <span className={classes.cell} data-column="project" role="gridcell">
        <span className={classes.text}>{service.project}</span>
      </span>
      <span className={classes.cell} data-column="kind" role="gridcell">
        {kindWord(service)}
      </span>
      <span className={classes.cell} data-column="status" role="gridcell">
        <StatusBadge service={service} detail />
        <StartBadge service={service} />
        <ReloadBadge service={service} />
      </span>
      <span className={classes.cell} data-column="address" role="gridcell">
        <code className={classes.text}>{first?.address}</code>
        {more.length > 0 ? (
          <span className={classes.dim} title={service.instances.map((instance) => instance.address).join('\n')}>
            +{more.length}
          </span>
        ) : null}
      </span>
      <span className={classes.cell} data-column="pid" data-number role="gridcell">
        {first && first.pid > 0 ? first.pid : ''}
      </span>
      <span className={classes.cell} data-column="up" data-number role="gridcell">
        {since > 0 ? <Since at={since} /> : ''}
      </span>
      <span
        className={classes.cell}
        data-column="restarts"
        data-number
        data-warn={service.restarts > 0 || undefined}
        role="gridcell"
      >
        {service.restarts}
      </span>
      <UsageCells name={name} />
      <span className={classes.cell} role="gridcell">
        <button
          type="button"
          className={classes.more}
          aria-label={`Menu of ${name}`}
          aria-haspopup="menu"
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            const box = event.currentTarget.getBoundingClientRect();
            onMenu(name, { x: box.left, y: box.bottom });
          }}
        >
          <IconDots size={16} />
        </button>
      </span>
    </div>
  );
});

function UsageCells({ name }: { name: string }) {
  const usage = useUsage(name);
  return (
    <>
      <span className={classes.cell} data-column="cpu" data-number role="gridcell">
        {usage ? formatPercent(usage.cpuPercent) : ''}
      </span>
      <span className={classes.cell} data-column="memory" data-number role="gridcell">
        {usage ? formatBytes(usage.memoryBytes) : ''}
      </span>
    </>
  );
}
