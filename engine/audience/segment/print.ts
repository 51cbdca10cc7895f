import type { Attribute, Rule, Scalar, TextField, TimeField, When } from '../../model/segment.ts'

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
const plainStep = /^[\p{L}\p{M}\p{N}_-]+$/u

const fieldText = (field: TextField | TimeField | Attribute): string =>
  typeof field === 'string'
    ? field
    : `attr${field.attribute.map((step) => `.${plainStep.test(step) ? step : quote(step)}`).join('')}`

const scalarText = (value: Scalar): string => (typeof value === 'string' ? quote(value) : String(value))

function whenText(when: When): string {
  if ('within' in when)
    return `within ${when.within} ${when.within === 1 ? when.unit.slice(0, -1) : when.unit}`
  if ('before' in when) return `before ${when.before}`
  return 'after' in when ? `after ${when.after}` : `since ${when.since}`
}

/** A rule as text, in its canonical form: `parseRule` of it gives the same rule. */
export function printRule(rule: Rule): string {
  switch (rule.is) {
    case 'everyone':
      return 'everyone'
    case 'and':
      return rule.rules.map((one) => (isChain(one) ? `(${printRule(one)})` : printRule(one))).join(' and ')
    case 'or':
      return rule.rules.map((one) => (isChain(one) ? `(${printRule(one)})` : printRule(one))).join(' or ')
    case 'not':
      return printNot(rule.rule)
    case 'compare':
      return `${fieldText(rule.field)} ${rule.op} ${scalarText(rule.value)}`
    case 'in':
      return `${fieldText(rule.field)} in (${rule.values.map(scalarText).join(', ')})`
    case 'match':
      return `${fieldText(rule.field)} ${rule.how} ${quote(rule.text)}`
    case 'missing':
      return `${fieldText(rule.field)} is missing`
    case 'time':
      return `${fieldText(rule.field)} ${whenText(rule.when)}`
    case 'topic':
      return `topic:${rule.topic}${rule.op === '>' && rule.weight === 0 ? '' : ` ${rule.op} ${rule.weight}`}`
    case 'member':
      return `list:${rule.list}${rule.membership === 'active' ? '' : ` is ${rule.membership}`}`
    case 'event': {
      const word = rule.event === 'sent' ? 'received' : rule.event
      const campaign = rule.campaign === null ? '' : ` campaign:${rule.campaign}`
      return `${word}${campaign}${rule.when === null ? '' : ` ${whenText(rule.when)}`}`
    }
  }
}

const isChain = (rule: Rule): boolean => rule.is === 'and' || rule.is === 'or'

/** Where English puts the `not` inside, so does this. */
function printNot(rule: Rule): string {
  if (rule.is === 'compare' && rule.op === '=') return `${fieldText(rule.field)} != ${scalarText(rule.value)}`
  if (rule.is === 'topic' && rule.op === '=') return `topic:${rule.topic} != ${rule.weight}`
  if (rule.is === 'missing') return `${fieldText(rule.field)} is not missing`
  if (rule.is === 'in' || rule.is === 'match' || rule.is === 'time') {
    const field = fieldText(rule.field)
    return `${field} not${printRule(rule).slice(field.length)}`
  }
  return isChain(rule) ? `not (${printRule(rule)})` : `not ${printRule(rule)}`
}
