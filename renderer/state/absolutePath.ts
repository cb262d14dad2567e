/**
 * A path as the server wants it: one that is relative begins at `folder`. Backslashes separate when the folder is a
 * Windows one; `.` and `..` are worked out.
 */
export function absolutePath(folder: string, path: string): string {
  const windows = /^[A-Za-z]:[\\/]|^\\\\/.test(folder);
  const whole = path.startsWith('/') || (windows && /^([A-Za-z]:[\\/]|\\\\)/.test(path)) ? path : `${folder}/${path}`;
  const parts = whole.split(windows ? /[\\/]+/ : /\/+/);
  const kept: string[] = [];
  for (const part of parts.slice(1)) {
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  }
  const share = windows && whole.startsWith('\\\\') ? '\\' : '';
  return share + [parts[0] ?? '', ...kept].join(windows ? '\\' : '/');
}
