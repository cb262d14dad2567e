/**
 * A variable of a container. `config` and `secret` values stand in a ConfigMap and a Secret; without a value (an export
 * knows none) the container only refers to it.
 */
export interface ContainerVariable {
  name: string;
  value: string | undefined;
  kind: 'plain' | 'config' | 'secret';
}

/** A text that Kubernetes takes as it is, where it would replace `$(NAME)` and `$$`. */
export function literalText(text: string): string {
  return text.replace(/\$(?=[$(])/g, '$$$$');
}

/** Variables with values of one kind, as the data of a ConfigMap or Secret. */
export function dataOf(variables: readonly ContainerVariable[], kind: 'config' | 'secret'): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ name, value, kind: own }) => (own === kind && value !== undefined ? [[name, value]] : [])),
  );
}

/** Whether a name can be a key of a ConfigMap. Others have to stand in the pod itself. */
export function isDataKey(name: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(name) && name !== '.' && !name.startsWith('..');
}
