import { openExternal } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { selectService } from '../../state/navigation.ts';
import { openLog } from '../../state/panels.ts';
import { copyText } from '../../state/serviceCommands.ts';
import type { MenuItem } from '../../ui/ContextMenu.tsx';
import type { LogController } from './LogController.ts';
import { drawnLine } from './logRow.ts';
import type { LogViewState } from './logViewState.ts';
import type { LogMenuRequest } from './LogView.tsx';
import { markKey, toggleMark } from './marks.ts';

interface LogMenuContext {
  readonly controller: LogController;
  readonly view: LogViewState;
  readonly marks: ReadonlySet<string>;
  readonly onView: (change: Partial<LogViewState>) => void;
  readonly copy: () => void;
}

function linkItems(url: string): MenuItem[] {
  return [
    {
      id: 'open-link',
      label: `Open ${url}`,
      group: 'link',
      run: () => void attempt('The address could not be opened', () => openExternal(url)),
    },
    { id: 'copy-link', label: 'Copy address', group: 'link', run: () => copyText(url, 'Address') },
  ];
}

/** The menu of a log view, for what was clicked. A click on an address shows it in full before it is opened. */
export function logMenu(request: LogMenuRequest, context: LogMenuContext): MenuItem[] {
  const { controller, view, marks, onView, copy } = context;
  const items: MenuItem[] = request.url === undefined ? [] : linkItems(request.url);
  const { row } = request;
  const record = row === undefined ? undefined : controller.row(row);
  if (request.url !== undefined && row === undefined) return items;
  items.push({ id: 'copy', label: 'Copy selection', group: 'copy', disabled: !controller.copyable(), run: copy });
  if (record?.kind === 'line') {
    items.push(
      {
        id: 'copy-line',
        label: 'Copy line',
        group: 'copy',
        run: () => copyText(drawnLine(record).plain, 'Line'),
      },
      {
        id: 'mark',
        label: marks.has(markKey(record)) ? 'Remove mark' : 'Mark line',
        hint: 'm',
        group: 'mark',
        run: () => toggleMark(record),
      },
    );
  }
  items.push({ id: 'select-all', label: 'Select all', group: 'copy', run: () => controller.selectAll() });
  if (record && record.kind !== 'gone') {
    items.push(
      {
        id: 'since',
        label: 'Only from here on',
        group: 'filter',
        run: () => onView({ sinceUs: record.timeUs, untilUs: 0, minutes: 0 }),
      },
      {
        id: 'run',
        label: `Only run ${record.run} of ${record.service}`,
        group: 'filter',
        run: () => onView({ services: [record.service], run: record.run }),
      },
      { id: 'inspect', label: `Inspect ${record.service}`, group: 'go', run: () => selectService(record.service) },
    );
    if (view.services.length !== 1) {
      items.push({
        id: 'log',
        label: `Open the log of ${record.service}`,
        group: 'go',
        run: () => openLog([record.service]),
      });
    }
  }
  return items;
}
