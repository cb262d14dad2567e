import { useRef } from 'react';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import { api } from '../../client/api.ts';
import { attempt } from '../../state/actions.ts';
import { ask } from '../../state/questions.ts';
import { showToast } from '../../state/toasts.ts';
import { type Marks, maxMarks } from './marks.ts';
import type { StorePlace } from './storePlace.ts';
import { exportRecords, readImport, writeImport } from './transfer.ts';

/** What can be done with a table as a whole. */
export interface StoreActions {
  readonly exportTable: () => void;
  readonly exportAll: () => void;
  readonly importFile: (file: File | undefined) => Promise<void>;
  /** All records of the list, as many as can be marked together. */
  readonly allMarks: () => Promise<Marks | undefined>;
}

/** Export, import and marking for a place of the store. */
export function useStoreActions(place: StorePlace): StoreActions {
  const { database, table, prefix, reverse } = place;
  const busy = useRef(false);

  const run = async (title: string, action: () => Promise<void>): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    await attempt(title, action);
    busy.current = false;
  };
  const exportPart = (part: Parameters<typeof exportRecords>[0]): void =>
    void run('The records could not be exported', async () => {
      const name = await exportRecords(part);
      if (name !== undefined) showToast({ tone: 'ok', title: `Exported to ${name}` });
    });

  return {
    exportTable: () => exportPart({ database, table, prefix }),
    exportAll: () => exportPart({}),
    importFile: async (file) => {
      if (!file) return;
      await run(`${file.name} could not be imported`, async () => {
        const records = await readImport(new Uint8Array(await file.arrayBuffer()), { database, table });
        const places = [...new Set(records.map((record) => `${record.database}/${record.table}`))];
        const answer = await ask({
          title: `Import ${records.length.toLocaleString('en')} ${records.length === 1 ? 'record' : 'records'}?`,
          text: `Into ${places.slice(0, 3).join(', ')}${places.length > 3 ? ` and ${places.length - 3} more` : ''}. Records with the same keys are replaced.`,
          answers: [{ id: 'import', label: 'Import' }],
        });
        if (answer === undefined) return;
        const { written, ended } = await writeImport(records);
        showToast({
          tone: 'ok',
          title: `${written.toLocaleString('en')} ${written === 1 ? 'record' : 'records'} imported`,
          ...(ended > 0 ? { text: `${ended.toLocaleString('en')} had ended meanwhile and were left out` } : {}),
        });
      });
    },
    allMarks: async () => {
      let marks: Marks | undefined;
      await run('The records could not be listed', async () => {
        const request = { place: { database, table }, prefix, reverse, limit: maxMarks };
        const { records, more } = await api().records.browse(request);
        marks = new Map(records.map((record: RecordInfo) => [record.key, record]));
        if (more)
          showToast({
            tone: 'warn',
            title: `The first ${maxMarks.toLocaleString('en')} are marked`,
            text: 'More cannot be marked together.',
          });
      });
      return marks;
    },
  };
}
