import type { SortColumn } from './serviceRows.ts';

/** A column of the table. The width is in the style sheet, by its id. */
export interface Column {
  id: SortColumn;
  title: string;
  /** Numbers stand at the right and are wanted largest first. */
  number?: boolean;
}

/** Columns in their order. Where the table is narrow the less needed ones give way; the inspector has them all. */
export const columns: readonly Column[] = [
  { id: 'name', title: 'Name' },
  { id: 'project', title: 'Project' },
  { id: 'kind', title: 'Kind' },
  { id: 'status', title: 'Status' },
  { id: 'address', title: 'Address' },
  { id: 'pid', title: 'PID', number: true },
  { id: 'up', title: 'Up', number: true },
  { id: 'restarts', title: 'Restarts', number: true },
  { id: 'cpu', title: 'CPU', number: true },
  { id: 'memory', title: 'Memory', number: true },
];
