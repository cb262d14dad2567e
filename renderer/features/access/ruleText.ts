import type { MessageInitShape } from '@bufbuild/protobuf';
import { Access, type Rule, type RuleSchema } from '../../../shared/contract/gen/auth_pb.ts';

/** What a form says of a rule, as it was typed. */
export interface RuleDraft {
  id: string;
  scope: string;
  /** `type:name:endpoint` */
  resource: string;
  denied: boolean;
  priority: string;
}

/** `type:name:endpoint` of a rule. */
export function resourceText({ resource }: Pick<Rule, 'resource'>): string {
  return [resource?.type, resource?.name, resource?.endpoint].join(':');
}

/** Whom a rule is about, in words. */
export function scopeText(scope: string): string {
  return scope === '' ? 'everybody' : scope === '*' ? 'any account' : scope;
}

/** What a form begins with that changes a rule, or makes one. */
export function draftOf(rule: Rule | undefined): RuleDraft {
  if (!rule) return { id: '', scope: '', resource: 'service:*:*', denied: false, priority: '0' };
  return {
    id: rule.id,
    scope: rule.scope,
    resource: resourceText(rule),
    denied: rule.access === Access.DENIED,
    priority: String(rule.priority),
  };
}

/** What is wrong with a draft, in words; undefined: it is a rule. */
export function draftProblem({ id, resource, priority }: RuleDraft): string | undefined {
  if (id.trim() === '') return undefined;
  const [type = '', name = '', ...endpoint] = resource.trim().split(':');
  if (!['service', 'core', '*'].includes(type) || name === '' || endpoint.join(':') === '')
    return 'A resource is type:name:endpoint, its type service, core or *; for example service:orders:/admin/*.';
  if (!/^-?\d{1,9}$/.test(priority.trim()))
    return 'A priority is a whole number; rules with a higher one are asked first.';
  return undefined;
}

/** The rule of a draft without a problem. */
export function ruleOf({ id, scope, resource, denied, priority }: RuleDraft): MessageInitShape<typeof RuleSchema> {
  const [type = '', name = '', ...endpoint] = resource.trim().split(':');
  return {
    id: id.trim(),
    scope: scope.trim(),
    resource: { type, name, endpoint: endpoint.join(':') },
    access: denied ? Access.DENIED : Access.GRANTED,
    priority: Number(priority),
  };
}
