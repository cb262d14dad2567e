import { isMap, isPair, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { MicroError } from '../../shared/contract/errors.ts';
import { manifestSchema } from '../../shared/contract/manifest.ts';

/**
 * The text of a micro.yaml with one more service at the end of its services; every other byte stays as it is, comments and
 * spaces included. `file` is named in errors. Throws `manifest.syntax`, `manifest.invalid` or `project.name-taken`.
 */
export function addToManifest(
  text: string,
  file: string,
  name: string,
  service: Readonly<Record<string, unknown>>,
): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  const [error] = document.errors;
  if (error) throw new MicroError('manifest.syntax', `${file}: ${error.message.split('\n')[0]}`, { next: MEND });
  const services: unknown = document.get('services', true);
  if (isMap(services) && services.has(name)) {
    throw new MicroError('project.name-taken', `${file} has a service "${name}" already`, {
      next: 'Choose another name.',
    });
  }
  const changed =
    (isMap(services) ? inserted(text, services, name, service) : undefined) ?? rewritten(text, name, service);
  const checked = manifestSchema.safeParse(parseDocument(changed).toJS());
  if (checked.success) return changed;
  const [issue] = checked.error.issues;
  throw new MicroError('manifest.invalid', `${file}: ${issue?.path.join('.')}: ${issue?.message}`, { next: MEND });
}

const MEND = 'Mend it first; nothing was changed.';

/** The text with the lines of the service behind those of the last one; undefined when services are not written as lines. */
function inserted(
  text: string,
  services: YAMLMap,
  name: string,
  service: Readonly<Record<string, unknown>>,
): string | undefined {
  const first = services.items[0];
  const last = services.items.at(-1);
  if (services.flow || !isPair(first) || !isScalar(first.key) || !isPair(last)) return undefined;
  const start = first.key.range?.[0];
  const value = last.value as { range?: [number, number, number] } | null;
  const end = value?.range?.[1];
  if (start === undefined || end === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (indent.trim() !== '') return undefined;
  // The value of a block ends where the next line begins; one on a line, before its comment.
  const rest = end > 0 && text[end - 1] === '\n' ? end : lineEnd(text, end);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text.slice(0, rest);
  const lines = [`${name}:`, ...Object.entries(service).map(([key, one]) => `  ${key}: ${inline(one)}`)];
  const gap = before.endsWith('\n') ? '' : newline;
  return `${before}${gap}${lines.map((line) => indent + line + newline).join('')}${text.slice(rest)}`;
}

/** Where there is no line to stand behind (`services: {}`, or none at all), the document is written anew; comments stay. */
function rewritten(text: string, name: string, service: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  if (!isMap(document.get('services'))) document.set('services', document.createNode({}));
  const services = document.get('services') as YAMLMap;
  services.flow = false;
  services.set(name, document.createNode(service));
  return document.toString({ lineWidth: 0 });
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at + 1;
}

/** A value on one line. */
function inline(value: unknown): string {
  if (typeof value === 'string') return /^[\w./][\w./ -]*$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${key}: ${inline(one)}`)
    .join(', ')} }`;
}
