/** Parameters of an address whose values nobody may see. */
const SECRET_NAMES = /pass|token|secret/i;

/** How the name in front of `@` is meant, where no password is behind it. */
export interface AddressMeaning {
  /** A token, by which one gets in alone, and not the name of a user. */
  nameIsToken?: boolean;
}

/** An address whose password or token is replaced by stars; what is no address becomes nothing but its scheme. */
export function maskAddress(text: string, { nameIsToken = false }: AddressMeaning = {}): string {
  try {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    else if (nameIsToken && url.username !== '') url.username = '***';
    for (const name of [...url.searchParams.keys()]) if (SECRET_NAMES.test(name)) url.searchParams.set(name, '***');
    return url.href;
  } catch {
    return `${text.split(':')[0]}://…`;
  }
}

/** Whether whoever sees an address knows something by which one gets in. */
export function holdsSecret(text: string, { nameIsToken = false }: AddressMeaning = {}): boolean {
  try {
    const { password, username, searchParams } = new URL(text);
    return (
      password !== '' ||
      (nameIsToken && username !== '') ||
      [...searchParams].some(([name, value]) => SECRET_NAMES.test(name) && value !== '')
    );
  } catch {
    return false;
  }
}
