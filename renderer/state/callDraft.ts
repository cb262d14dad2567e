import { createStore } from 'zustand/vanilla';
import { openPage } from './navigation.ts';

/** A header of a call; one without a name is not sent. */
export interface DraftHeader {
  readonly name: string;
  readonly value: string;
}

/** A call that is about to be made by hand. */
export interface CallDraft {
  readonly service: string;
  /** Name of an endpoint of the service; empty for a free HTTP call. */
  readonly endpoint: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly DraftHeader[];
  /** Values by the name of a parameter of the endpoint. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A draft with nothing in it but what is given. */
export function makeDraft(parts: Partial<CallDraft> = {}): CallDraft {
  return { service: '', endpoint: '', method: 'GET', path: '/', headers: [], fields: {}, body: '', ...parts };
}

/** The draft that another view asked for; the page of calls takes it over. */
export const draftStore = createStore<{ wanted: CallDraft | undefined }>(() => ({ wanted: undefined }));

/** Opens the page of calls with a draft to look at, change and send. */
export function editCall(draft: CallDraft): void {
  draftStore.setState({ wanted: draft });
  openPage('calls');
}

/** Takes the draft that was asked for; only the page of calls does. */
export function takeDraft(): CallDraft | undefined {
  const { wanted } = draftStore.getState();
  if (wanted) draftStore.setState({ wanted: undefined });
  return wanted;
}
