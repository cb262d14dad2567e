import { IconCopy, IconDownload, IconPencil, IconTrash, IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { Button } from '../../ui/Button.tsx';
import classes from './Store.module.css';

const icon = { size: 15, stroke: 1.7, 'aria-hidden': true } as const;

/** What can be done with the open record. */
export function RecordTools({
  canCopy,
  canEdit,
  isGone,
  onCopy,
  onDownload,
  onReplace,
  onDelete,
  onEdit,
}: {
  canCopy: boolean;
  canEdit: boolean;
  /** Whether the record is not there any more. */
  isGone: boolean;
  onCopy: () => void;
  onDownload: () => void;
  onReplace: (file: File) => void;
  onDelete: () => void;
  onEdit: () => void;
}) {
  const fileField = useRef<HTMLInputElement>(null);
  return (
    <span className={classes.tools}>
      <Button
        variant="quiet"
        icon={<IconCopy {...icon} />}
        disabled={!canCopy}
        aria-label="Copy the value"
        title="Copy the value"
        onClick={onCopy}
      />
      <Button
        variant="quiet"
        icon={<IconDownload {...icon} />}
        aria-label="Save the value as a file"
        title="Save the value as a file"
        onClick={onDownload}
      />
      <Button
        variant="quiet"
        icon={<IconUpload {...icon} />}
        disabled={isGone}
        aria-label="Take the value from a file"
        title="Take the value from a file"
        onClick={() => fileField.current?.click()}
      />
      <input
        ref={fileField}
        type="file"
        hidden
        aria-label="File with the new value"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onReplace(file);
          event.target.value = '';
        }}
      />
      <Button
        variant="quiet"
        icon={<IconTrash {...icon} />}
        disabled={isGone}
        aria-label="Delete the record"
        title="Delete the record (Del in the list)"
        onClick={onDelete}
      />
      <Button
        icon={<IconPencil {...icon} />}
        disabled={!canEdit}
        title={canEdit ? 'Change the value (Shift+E)' : 'No text that can be edited here; take it from a file'}
        onClick={onEdit}
      >
        <span className={classes.words}>Edit</span>
      </Button>
    </span>
  );
}
