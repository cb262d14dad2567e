import { Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useState } from 'react';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import { selectService } from '../state/navigation.ts';
import { openLog } from '../state/panels.ts';
import { useNotices } from '../state/serverState.ts';
import { formatMoment, noticeText } from '../ui/format.ts';
import { EmptyState } from '../ui/States.tsx';
import { useNow } from '../ui/useNow.ts';
import classes from './NoticesMenu.module.css';
import bar from './TopBar.module.css';

/** What the server had to say, newest first; a line leads to its service and log. */
export function NoticesMenu() {
  const notices = useNotices();
  const newest = notices.at(-1)?.id ?? 0;
  // What was there when the page came up is not news.
  const [seen, setSeen] = useState(newest);
  const [opened, setOpened] = useState(false);
  const unseen = notices.filter((notice) => notice.id > seen && notice.level !== 'info').length;
  const change = (next: boolean): void => {
    setOpened(next);
    setSeen(newest);
  };
  return (
    <Popover opened={opened} onChange={change} position="bottom-end" width={420} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={`${bar.pick} ${classes.bell}`}
          aria-label={unseen > 0 ? `Notices, ${unseen} new` : 'Notices'}
          title="Notices"
          onClick={() => change(!opened)}
        >
          <IconBell size={16} stroke={1.6} />
          {unseen > 0 ? <span className={classes.count}>{unseen > 99 ? '99+' : unseen}</span> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Notices">
        <NoticeList notices={notices} onLeave={() => change(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function NoticeList({ notices, onLeave }: { notices: readonly Notice[]; onLeave: () => void }) {
  const now = useNow();
  if (notices.length === 0) {
    return (
      <EmptyState title="No notices" text="Crashes, failed builds and what the server does by itself appear here." />
    );
  }
  return (
    <ol className={classes.list} tabIndex={-1}>
      {[...notices].reverse().map((notice) => (
        <li key={notice.id}>
          <button
            type="button"
            className={classes.notice}
            data-level={notice.level}
            disabled={!notice.service}
            onClick={() => {
              selectService(notice.service);
              openLog([notice.service]);
              onLeave();
            }}
          >
            <time className={classes.time}>{formatMoment(notice.at, now)}</time>
            <span className={classes.text}>{noticeText(notice)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
