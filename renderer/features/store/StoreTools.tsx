import { Menu } from '@mantine/core';
import { IconDots, IconPlus, IconTrash } from '@tabler/icons-react';
import { Button } from '../../ui/Button.tsx';
import { MenuItems } from '../../ui/ContextMenu.tsx';

/** The buttons of the store page. */
export function StoreTools({
  marks,
  isNarrowed,
  onNew,
  onImport,
  onExport,
  onExportAll,
  onDelete,
}: {
  /** Records that are marked. */
  marks: number;
  /** Whether only some keys of the table are shown. */
  isNarrowed: boolean;
  onNew: () => void;
  onImport: () => void;
  onExport: () => void;
  onExportAll: () => void;
  onDelete: () => void;
}) {
  return (
    <>
      {marks > 0 ? (
        <Button variant="danger" icon={<IconTrash size={14} stroke={1.7} />} onClick={onDelete}>
          Delete {marks.toLocaleString('en')}
        </Button>
      ) : null}
      <Button icon={<IconPlus size={14} stroke={1.8} />} onClick={onNew}>
        New record
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button icon={<IconDots size={16} stroke={1.7} />} aria-label="More of the store" title="More" />
        </Menu.Target>
        <Menu.Dropdown aria-label="More of the store">
          <MenuItems
            items={[
              { id: 'import', label: 'Import…', run: onImport },
              { id: 'export', label: isNarrowed ? 'Export these keys…' : 'Export this table…', run: onExport },
              { id: 'export-all', label: 'Export everything…', run: onExportAll },
            ]}
          />
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
