import { displayWidth } from './displayWidth.ts';

/** One column of {@link renderTable}. */
export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  /** Colours the padded text; widths are counted before. */
  colour?: (text: string, row: Row) => string;
  align?: 'left' | 'right';
}

/** Spaces between two columns. */
const GAP = '  ';

/** Rows as aligned lines under their titles; the last column is not padded. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colourTitle: (text: string) => string = (text) => text,
): string[] {
  const cells = rows.map((row) => columns.map((column) => column.text(row).replace(/[\r\n\t]+/g, ' ')));
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] as string))),
  );
  const lay = (texts: readonly string[], colour: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const isLast = index === texts.length - 1;
        const space = ' '.repeat(Math.max(0, (widths[index] as number) - displayWidth(text)));
        const right = columns[index]?.align === 'right';
        if (right) return space + colour(text, index);
        return isLast ? colour(text, index) : colour(text, index) + space;
      })
      .join(GAP)
      .trimEnd();
  return [
    lay(
      columns.map((column) => column.title),
      (text) => colourTitle(text),
    ),
    ...rows.map((row, at) => lay(cells[at] as string[], (text, index) => columns[index]?.colour?.(text, row) ?? text)),
  ];
}
