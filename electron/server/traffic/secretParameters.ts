/** Parameters whose values open something. */
const SECRET_PARAMETER = /([?&][^=&]*(?:token|secret|passw|api_?key|signature|credential)[^=&]*=)[^&#]+/gi;

/** A path as it may be shown and kept: values of parameters that are secrets by their name are left out. */
export function withoutSecrets(path: string): string {
  return path.includes('=') ? path.replace(SECRET_PARAMETER, '$1…') : path;
}
