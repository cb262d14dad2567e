import { MicroError } from '../../../shared/contract/errors.ts';
import { type AuthRecords, isId } from './authRecords.ts';
import { defaultRules } from './defaultRules.ts';
import type { Rule } from './rules.ts';

/** Rules that a namespace may have; every request is held against them. */
const MAX_RULES = 1_000;

/**
 * The rules of each namespace: those that were made, and the default ones that no rule of the same id stands in for. Read
 * once, then kept in memory: nobody else writes them.
 */
export class RuleBook {
  private readonly known = new Map<string, Promise<readonly Rule[]>>();

  constructor(private readonly records: AuthRecords) {}

  /** The rules of a namespace, by id. */
  list(namespace: string): Promise<readonly Rule[]> {
    let rules = this.known.get(namespace);
    if (!rules) {
      rules = this.load(namespace);
      this.known.set(namespace, rules);
      // What failed is tried anew by the next one.
      rules.catch(() => this.known.delete(namespace));
    }
    return rules;
  }

  /** Ids of the default rules that count in a namespace, since none of the same id was made. */
  async defaults(namespace: string): Promise<string[]> {
    const rules = await this.list(namespace);
    return defaultRules.filter((rule) => rules.includes(rule)).map(({ id }) => id);
  }

  /** Makes a rule, in place of a default one of the same id. Rejects with `auth.exists` or `auth.invalid`. */
  async create(namespace: string, rule: Rule): Promise<void> {
    checkRule(rule);
    if ((await this.list(namespace)).length >= MAX_RULES)
      throw new MicroError('auth.invalid', `there are ${MAX_RULES} rules in ${namespace}; there cannot be more`);
    const made = await this.records.write(ruleKey(namespace, rule.id), JSON.stringify(rule), { isNew: true });
    if (!made)
      throw new MicroError('auth.exists', `there is a rule ${rule.id} in ${namespace} already`, {
        next: `delete it first: micro auth delete rule ${rule.id}`,
      });
    this.known.delete(namespace);
  }

  /** Takes out a rule that was made; a default one of the same id counts again. */
  async delete(namespace: string, id: string): Promise<void> {
    if (!isId(id) || (await this.records.read(ruleKey(namespace, id))) === undefined) {
      const isDefault = defaultRules.some((rule) => rule.id === id);
      throw new MicroError(
        'auth.not-found',
        isDefault ? `${id} is a default rule, which is not stored` : `there is no rule ${id} in ${namespace}`,
        {
          next: isDefault
            ? `make one of the same id in its place: micro auth create rule ${id} …`
            : 'see those that are with: micro auth list rules',
        },
      );
    }
    await this.records.delete([ruleKey(namespace, id)]);
    this.known.delete(namespace);
  }

  private async load(namespace: string): Promise<readonly Rule[]> {
    const texts = await Promise.all(
      (await this.records.keys(ruleKey(namespace, ''))).map((key) => this.records.read(key)),
    );
    const made = texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Rule]));
    const taken = new Set(made.map((rule) => rule.id));
    return [...made, ...defaultRules.filter((rule) => !taken.has(rule.id))];
  }
}

function ruleKey(namespace: string, id: string): string {
  return `rules/${namespace}/${id}`;
}

function checkRule({ id, scope, resource, access, priority }: Rule): void {
  if (!isId(id)) throw invalid(`the id ${JSON.stringify(id.slice(0, 80))} cannot be one`);
  if (access !== 'granted' && access !== 'denied')
    throw invalid(`the access "${String(access)}" is not granted or denied`);
  if (!Number.isSafeInteger(priority)) throw invalid(`the priority ${priority} is no whole number`);
  if (!['service', 'core', '*'].includes(resource.type.toLowerCase()))
    throw invalid(`the type "${resource.type}" is not service, core or *`);
  if (resource.name === '' || resource.endpoint === '')
    throw invalid('a resource has a name and an endpoint; * means any');
  if ([scope, resource.name, resource.endpoint].some((text) => text.length > 1_000))
    throw invalid('a scope, a name or an endpoint has more than 1,000 characters');
}

function invalid(message: string): MicroError {
  return new MicroError('auth.invalid', message, { next: 'see: micro auth --help' });
}
