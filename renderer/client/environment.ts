/** The environment that is always there: the server of this machine. */
export const LOCAL = 'local';

/** Below it the server of this machine passes requests on to others; see its environment relay. */
const RELAY_PATH = '/_env/';

/** Of the tab, not of the browser: a window that is opened anew begins on this machine. */
const STORAGE_KEY = 'micro.environment.v1';

/** Where the page works. */
export interface ChosenEnvironment {
  name: string;
  /** One of the colours of environments; empty on `local`. */
  colour: string;
}

const local: ChosenEnvironment = { name: LOCAL, colour: '' };

/** Where this page works, from its loading to its end. */
export const chosenEnvironment: ChosenEnvironment = read();

/** Whether the page works on the server of this machine. */
export const isLocal: boolean = chosenEnvironment.name === LOCAL;

/**
 * Works on another environment: the page is loaded anew, so that nothing of the one before, under way or remembered, is ever
 * shown or sent there.
 */
export function switchEnvironment(environment: ChosenEnvironment): void {
  if (environment.name === chosenEnvironment.name) return;
  if (environment.name === LOCAL) window.sessionStorage.removeItem(STORAGE_KEY);
  else window.sessionStorage.setItem(STORAGE_KEY, JSON.stringify(environment));
  window.location.reload();
}

/** The base address of an environment's API, by way of the server of this machine. */
export function urlOf(environment: string, localUrl: string): string {
  return environment === LOCAL ? localUrl : `${localUrl.replace(/\/+$/, '')}${RELAY_PATH}${environment}`;
}

/** A key of what is remembered for each environment apart. */
export function storageKeyOf(key: string): string {
  return isLocal ? key : `${key}.${chosenEnvironment.name}`;
}

function read(): ChosenEnvironment {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Partial<ChosenEnvironment> | null;
    if (typeof kept?.name === 'string' && /^[a-z0-9][a-z0-9-]{0,31}$/.test(kept.name))
      return { name: kept.name, colour: String(kept.colour ?? '') };
  } catch {
    // Without storage it is the server of this machine.
  }
  return local;
}
