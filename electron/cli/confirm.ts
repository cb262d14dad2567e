import type { AskDestruction } from '../../shared/client/destruction.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import { placeOf } from '../server/environments/environment.ts';
import type { LocalTerminal } from './localTerminal.ts';
import type { Output } from './output.ts';
import type { Place } from './place.ts';
import { readLine } from './readLine.ts';

/** What asks with. */
export interface ConfirmOptions {
  place: Place;
  /** The name that `--yes` gave. */
  yes: string | undefined;
  terminal: LocalTerminal | undefined;
  err: Output;
}

/**
 * Asks for the name of the environment before something there is ended or deleted, once for each kind of it; `--yes NAME`
 * answers beforehand. On `local` nobody is asked. Rejects with `environment.not-confirmed`.
 */
export function confirmBy({ place, yes, terminal, err }: ConfirmOptions): AskDestruction | undefined {
  const { name, environment } = place;
  if (!environment) return undefined;
  const confirmed = new Set<string>();
  return async ({ method, text }) => {
    if (confirmed.has(method)) return;
    const answer = yes ?? (terminal ? await ask(terminal, text) : undefined);
    if (answer !== name) throw notConfirmed(name, text, answer);
    confirmed.add(method);
  };

  function ask(on: LocalTerminal, text: string): Promise<string> {
    const { yellow, bold } = err.colours;
    const where = `${bold(name)} (${placeOf(environment as NonNullable<typeof environment>)})`;
    return readLine(on, `${yellow('on')} ${where} this will ${text}.\r\nType the name of the environment to go on: `);
  }
}

function notConfirmed(name: string, text: string, answer: string | undefined): MicroError {
  const message =
    answer === undefined
      ? `on ${name} this would ${text}, and nobody can be asked`
      : `nothing was done: "${answer}" is not the name of the environment`;
  return new MicroError('environment.not-confirmed', message, { next: `in a script, confirm it with: --yes ${name}` });
}
