import { useMemo } from 'react';
import type { ByteKind, ByteMode } from './byteKind.ts';
import classes from './ByteView.module.css';
import { dataUrl } from './dataUrl.ts';
import { formatBytes } from './format.ts';
import { HexView } from './HexView.tsx';
import { JsonText } from './JsonText.tsx';

/** Characters of a text that are drawn; more would hold up the window. The whole is in the file. */
const shownCharacters = 1024 * 1024;

/** Bytes, shown as what they are. */
export function ByteView({
  bytes,
  kind,
  mode,
  label,
}: {
  bytes: Uint8Array;
  kind: ByteKind;
  mode: ByteMode;
  /** What it is called for those who hear it. */
  label: string;
}) {
  switch (mode) {
    case 'image':
      return <Picture bytes={bytes} type={kind.image ?? ''} label={label} />;
    case 'hex':
      return <HexView bytes={bytes} label={label} />;
    case 'json':
    case 'text':
      if (bytes.length === 0) return <p className={classes.note}>Empty: 0 bytes.</p>;
      return (
        <div className={classes.text} tabIndex={0} role="group" aria-label={label} data-selectable>
          {mode === 'json' ? (
            <JsonText className={classes.content} text={kind.json ?? ''} />
          ) : (
            <pre className={classes.content}>{(kind.text ?? '').slice(0, shownCharacters)}</pre>
          )}
          {mode === 'text' && (kind.text?.length ?? 0) > shownCharacters ? (
            <p className={classes.note}>Only the first {formatBytes(shownCharacters)} are shown.</p>
          ) : null}
        </div>
      );
  }
}

/** An image comes as a data address: the page may load images from nowhere else. */
function Picture({ bytes, type, label }: { bytes: Uint8Array; type: string; label: string }) {
  const url = useMemo(() => dataUrl(bytes, type), [bytes, type]);
  return (
    <div className={classes.picture}>
      <img src={url} alt={label} />
    </div>
  );
}
