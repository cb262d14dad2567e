import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { openPageAsLeft, usePageId } from '../state/navigation.ts';
import { setUi, useUi } from '../state/uiState.ts';
import { type Page, pageById, pages } from './pages.tsx';
import classes from './Rail.module.css';

/** The pages, with icons and names; collapsed it shows icons only. With nothing open, pages about services are absent. */
export function Rail({ empty }: { empty: boolean }) {
  const current = pageById(usePageId()).id;
  const collapsed = useUi((state) => state.railCollapsed);
  const toggleLabel = collapsed ? 'Show names' : 'Collapse';
  return (
    <nav className={classes.rail} data-collapsed={collapsed || undefined} aria-label="Pages">
      {pages.map((page) =>
        page.rail === 'top' && !empty ? (
          <Entry key={page.id} page={page} current={current} collapsed={collapsed} />
        ) : null,
      )}
      <div className={classes.gap} />
      {pages.map((page) =>
        page.rail === 'bottom' ? <Entry key={page.id} page={page} current={current} collapsed={collapsed} /> : null,
      )}
      <button
        type="button"
        className={classes.entry}
        title={collapsed ? toggleLabel : undefined}
        aria-expanded={!collapsed}
        aria-label={toggleLabel}
        onClick={() => setUi({ railCollapsed: !collapsed })}
      >
        {collapsed ? (
          <IconLayoutSidebarLeftExpand size={16} stroke={1.6} />
        ) : (
          <IconLayoutSidebarLeftCollapse size={16} stroke={1.6} />
        )}
        {collapsed ? null : <span className={classes.name}>{toggleLabel}</span>}
      </button>
    </nav>
  );
}

const noBadge = (): undefined => undefined;

function Entry({ page, current, collapsed }: { page: Page; current: string; collapsed: boolean }) {
  const badge = (page.useBadge ?? noBadge)();
  return (
    <button
      type="button"
      className={classes.entry}
      aria-current={page.id === current ? 'page' : undefined}
      aria-label={collapsed ? page.title : undefined}
      title={collapsed ? page.title : undefined}
      onClick={() => openPageAsLeft(page.id, page.keeps)}
    >
      {page.icon}
      {collapsed ? null : <span className={classes.name}>{page.title}</span>}
      {badge && badge.count > 0 && !collapsed ? (
        <span className={classes.badge} data-tone={badge.tone}>
          {badge.count}
        </span>
      ) : null}
    </button>
  );
}
