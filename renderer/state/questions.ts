import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Something that is asked before it happens. */
export interface Question {
  title: string;
  text?: string;
  /** Shown as it is, in the font of code: a link, a command, what is about to be pasted. */
  lines?: readonly string[];
  /** What has to be typed before it can be answered otherwise than with Cancel. */
  typed?: string;
  /** Buttons after Cancel, the usual answer last. */
  answers: readonly { id: string; label: string; danger?: boolean }[];
}

interface Asked {
  question: Question;
  resolve: (answer: string | undefined) => void;
}

const store = createStore<{ asked: readonly Asked[] }>(() => ({ asked: [] }));

/** Asks; resolves with the id of the answer, or undefined when it was cancelled. One question at a time is shown. */
export function ask(question: Question): Promise<string | undefined> {
  return new Promise((resolve) => store.setState(({ asked }) => ({ asked: [...asked, { question, resolve }] })));
}

/** The question that is shown. */
export function useQuestion(): Question | undefined {
  return useStore(store, ({ asked }) => asked[0]?.question);
}

/** Answers the question that is shown; undefined cancels it. */
export function answer(id: string | undefined): void {
  const [first, ...rest] = store.getState().asked;
  store.setState({ asked: rest });
  first?.resolve(id);
}
