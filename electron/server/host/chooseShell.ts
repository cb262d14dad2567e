import { access, constants } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** The user's login shell as the system knows it. */
export function passwdShell(): string | undefined {
  try {
    return userInfo().shell ?? undefined;
  } catch {
    return undefined; // A user id without an entry, as in some containers.
  }
}

/** The first shell that exists: the one asked for, the user's, then what every system has. */
export async function chooseShell(
  wanted: string | undefined,
  login: string | undefined,
): Promise<{ shell?: string; missing?: string }> {
  const first = wanted || login;
  const candidates = [wanted, login, '/bin/bash', '/bin/zsh', '/bin/sh'].filter((shell) => shell?.startsWith('/'));
  for (const shell of candidates) {
    if (!shell || !(await isExecutable(shell))) continue;
    return shell === first || !first ? { shell } : { shell, missing: first };
  }
  return first ? { missing: first } : {};
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
