import {
  type Completion,
  type CompletionContext,
  type CompletionSource,
  snippet,
} from '@codemirror/autocomplete'
import type { code as english } from '../words/en/code.ts'
import { filters, membersOf, type Name, names, tags } from './vocabulary.ts'

/** What a template is edited for: more that can be named in it. */
export interface LiquidContext {
  /** Keys of `campaign.data`. */
  readonly dataFields?: readonly string[]
  /** Layouts and partials. */
  readonly partials?: readonly string[]
}

const reach = 2000

/** Offers what fits at the cursor: tags behind `{%`, filters behind `|`, members behind a dot, names elsewhere. */
export const completeLiquid =
  (words: typeof english, latest: () => LiquidContext): CompletionSource =>
  (context: CompletionContext) => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - reach), context.pos)
    const opened = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'))
    if (opened < 0 || /[}%]\}/.test(before.slice(opened + 2))) return null
    const inside = before.slice(opened + 2)
    const { dataFields = [], partials = [] } = latest()
    const offer = (typed: string, options: readonly Completion[]) => ({
      from: context.pos - typed.length,
      options,
      validFor: /^[\w-]*$/,
    })
    const tag = before.startsWith('{%', opened) ? /^-?\s*(\w*)$/.exec(inside) : null
    if (tag !== null) {
      const closing = context.state.sliceDoc(context.pos, context.pos + 8).match(/^\s*-?%\}/)?.[0] ?? ''
      return offer(
        tag[1]!,
        tags.map(({ name, insert }) => ({
          label: name,
          type: 'keyword',
          apply: (view, completion, from, to) => snippet(insert)(view, completion, from, to + closing.length),
        })),
      )
    }
    const partial = /\b(?:render|include|layout)\s+['"]([\w-]*)$/.exec(inside)
    if (partial !== null)
      return offer(
        partial[1]!,
        partials.map((label) => ({ label, type: 'class' })),
      )
    if (((inside.match(/['"]/g)?.length ?? 0) & 1) === 1) return null
    const filter = /\|\s*(\w*)$/.exec(inside)
    if (filter !== null)
      return offer(
        filter[1]!,
        filters.map((label) => ({ label, type: 'function', ...told(words.filters, label) })),
      )
    const path = /([\w[\].]+)\.(\w*)$/.exec(inside)
    const loops = loopsOf(context.state.sliceDoc(0, context.pos))
    const shown = (from: readonly Name[]): Completion[] =>
      from.map(({ label, word }) => ({
        label,
        type: 'variable',
        ...(word !== undefined && { detail: words.names[word] }),
      }))
    if (path !== null) return offer(path[2]!, shown(membersOf(path[1]!.split('.'), loops, dataFields)))
    const word = /(\w*)$/.exec(inside)![1]!
    if (word === '' && !context.explicit) return null
    return offer(word, [
      ...shown(names),
      ...[...loops.keys(), ...assignedIn(context.state.sliceDoc(0, context.pos))].map((label) => ({
        label,
        type: 'variable',
      })),
      ...(loops.size > 0 ? [{ label: 'forloop', type: 'variable' }] : []),
    ])
  }

const told = (texts: { readonly [name: string]: string }, name: string): { detail?: string } =>
  Object.hasOwn(texts, name) ? { detail: texts[name]! } : {}

const loopsOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/\bfor\s+(\w+)\s+in\s+([\w.]+)/g)].map(([, name, through]) => [name!, through!]))

const assignedIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/\b(?:assign|capture)\s+(\w+)/g)].map(([, name]) => name!))

/** Keys of `campaign.data` that a template asks for, in the order in which it does. */
export const dataFieldsOf = (...sources: readonly string[]): readonly string[] => [
  ...new Set(
    sources.flatMap((source) => [...source.matchAll(/\bcampaign\.data\.([\w-]+)/g)].map(([, key]) => key!)),
  ),
]
