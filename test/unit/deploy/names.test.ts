import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serviceNamePattern } from '../../../shared/contract/manifest.ts';
import { literalText } from '../../../electron/server/deploy/containerVariables.ts';
import { objectLabels, objectName } from '../../../electron/server/deploy/names.ts';

const serviceName = fc.stringMatching(serviceNamePattern).filter((name) => name.length <= 63);

describe('names of objects', () => {
  test('every service name gives a name that a Service and a CronJob may have', () => {
    fc.assert(
      fc.property(serviceName, fc.constantFrom(52, 63), (name, limit) => {
        const made = objectName(name, limit);
        expect(made).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
        expect(made.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('two services never share a name', () => {
    fc.assert(
      fc.property(serviceName, serviceName, fc.constantFrom(52, 63), (a, b, limit) => {
        fc.pre(a !== b);
        expect(objectName(a, limit)).not.toBe(objectName(b, limit));
      }),
    );
    expect(objectName('1a')).not.toBe(objectName('s-1a'));
    expect(objectName(`${'a'.repeat(60)}-b`, 52)).not.toBe(objectName(`${'a'.repeat(60)}-c`, 52));
  });

  test('a name that is allowed stays as it is', () => {
    expect(objectName('catalog')).toBe('catalog');
  });

  test('what cannot be a label is left out', () => {
    const labels = objectLabels({ name: 'catalog', project: 'shop', version: 'a b' });
    expect(labels).toEqual({
      'app.kubernetes.io/name': 'catalog',
      'app.kubernetes.io/managed-by': 'micro',
      'app.kubernetes.io/part-of': 'shop',
    });
  });
});

describe('texts of variables and commands', () => {
  /** What Kubernetes makes of a text (third_party/forked/golang/expansion): `$$` is a dollar, `$(NAME)` a variable. */
  function expand(text: string): string {
    let result = '';
    for (let at = 0; at < text.length; at++) {
      const next = text[at + 1];
      if (text[at] !== '$' || next === undefined) result += text[at];
      else if (next === '$') {
        result += '$';
        at += 1;
      } else if (next === '(' && text.includes(')', at)) {
        result += 'REPLACED';
        at = text.indexOf(')', at);
      } else result += '$';
    }
    return result;
  }

  test('arrive as they were written', () => {
    const text = fc
      .array(fc.constantFrom('$', '(', ')', 'A', ' ', '{'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (written) => {
        expect(expand(literalText(written))).toBe(written);
      }),
    );
    expect(literalText('price: 5$, $HOME')).toBe('price: 5$, $HOME');
  });
});
