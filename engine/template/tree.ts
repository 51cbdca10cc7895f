import type { Quote } from './links/target.ts'
import type { Place } from './problem.ts'

/** The tree that letters are compiled from: LiquidJS's parse tree, reduced to what rendering needs. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | undefined }
  | { readonly kind: 'drop'; readonly name: 'nil' | 'empty' | 'blank' }
  | Path
  | { readonly kind: 'range'; readonly low: Expression; readonly high: Expression; readonly place: Place }
  | { readonly kind: 'operator'; readonly operator: string; readonly operands: readonly Expression[] }

/** `subscriber.attributes["city"]`. `root` is a variable's name, or the value whose properties are read. */
export interface Path {
  readonly kind: 'path'
  readonly root: string | Expression
  readonly properties: readonly Expression[]
  readonly text: string
  readonly place: Place
}

export interface FilterCall {
  readonly name: string
  /** With a key: `allow_false: true`. */
  readonly args: readonly { readonly key: string | null; readonly value: Expression }[]
  readonly place: Place
}

export interface Value {
  readonly initial: Expression
  readonly filters: readonly FilterCall[]
  readonly text: string
  readonly place: Place
}

export interface Argument {
  readonly name: string
  readonly value: Expression
}

/** A partial's name; null where it is computed, and so known only while rendering. */
export type FileName = string | null

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  /** `escape` is false after `raw`. */
  | { readonly kind: 'output'; readonly value: Value; readonly escape: boolean; readonly place: Place }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Value; readonly place: Place }
  | { readonly kind: 'capture'; readonly name: string; readonly body: readonly Node[]; readonly place: Place }
  | {
      readonly kind: 'choice'
      readonly branches: readonly {
        readonly value: Value
        readonly negated: boolean
        readonly body: readonly Node[]
      }[]
      readonly otherwise: readonly Node[]
      readonly place: Place
    }
  | {
      readonly kind: 'case'
      readonly value: Value
      readonly branches: readonly { readonly values: readonly Expression[]; readonly body: readonly Node[] }[]
      readonly otherwise: readonly Node[]
      readonly place: Place
    }
  | Loop
  | {
      readonly kind: 'cycle'
      readonly group: Expression | null
      readonly candidates: readonly { readonly value: Value; readonly escape: boolean }[]
      readonly place: Place
    }
  | { readonly kind: 'count'; readonly name: string; readonly step: 1 | -1; readonly place: Place }
  | {
      readonly kind: 'include'
      readonly file: FileName
      readonly with: Expression | null
      readonly args: readonly Argument[]
      readonly place: Place
    }
  | Render
  | {
      readonly kind: 'layout'
      /** `undefined` for `none`. */
      readonly file: FileName | undefined
      readonly args: readonly Argument[]
      readonly body: readonly Node[]
      readonly place: Place
    }
  /** The value of an `href` that may be tracked; see links/rewrite.ts. */
  | {
      readonly kind: 'href'
      readonly quote: Quote
      readonly body: readonly Node[]
      readonly place: Place
    }
  /** The place of the pixel. */
  | { readonly kind: 'pixel'; readonly place: Place }
  | { readonly kind: 'block'; readonly name: string; readonly body: readonly Node[]; readonly place: Place }
  | { readonly kind: 'break' | 'continue'; readonly place: Place }

export interface Loop {
  readonly kind: 'for' | 'tablerow'
  readonly variable: string
  readonly collection: Expression
  readonly collectionText: string
  readonly args: readonly Argument[]
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[]
  readonly place: Place
}

export interface Render {
  readonly kind: 'render'
  readonly file: FileName
  readonly args: readonly Argument[]
  readonly with: { readonly value: Expression; readonly alias: string | null } | null
  readonly for: { readonly value: Expression; readonly alias: string | null; readonly text: string } | null
  readonly place: Place
}

/** The bodies inside a node, in source order. */
export function bodiesOf(node: Node): readonly (readonly Node[])[] {
  switch (node.kind) {
    case 'capture':
    case 'block':
    case 'layout':
    case 'href':
      return [node.body]
    case 'for':
    case 'tablerow':
      return [node.body, node.otherwise]
    case 'choice':
    case 'case':
      return [...node.branches.map((branch) => branch.body), node.otherwise]
    case 'text':
    case 'output':
    case 'assign':
    case 'cycle':
    case 'count':
    case 'include':
    case 'render':
    case 'pixel':
    case 'break':
    case 'continue':
      return []
  }
}
