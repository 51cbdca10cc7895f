import { compareLines, type Line } from './lines.ts'

interface Source {
  readonly subject: string
  readonly preheader: string
  readonly body: string
  readonly text: string | null
}
/** What is compared of a template. */
interface Compared extends Source {
  readonly name: string
  readonly kind: string
  readonly format: string
  readonly variants: { readonly [language: string]: Source }
}
type Part = keyof Source
const parts = ['subject', 'preheader', 'body', 'text'] as const satisfies readonly Part[]
const facts = ['name', 'kind', 'format'] as const

export interface Changes {
  readonly facts: readonly {
    readonly fact: (typeof facts)[number]
    readonly before: string
    readonly after: string
  }[]
  /** Those that differ, the template itself before its languages. */
  readonly parts: readonly {
    readonly part: Part
    /** Null: the template itself. */
    readonly language: string | null
    readonly lines: readonly Line[]
    readonly added: number
    readonly removed: number
  }[]
}

/** What became of `before`. */
export function changesOf(before: Compared, after: Compared): Changes {
  const languages = [...new Set([...Object.keys(after.variants), ...Object.keys(before.variants)])]
  return {
    facts: facts
      .filter((fact) => before[fact] !== after[fact])
      .map((fact) => ({ fact, before: before[fact], after: after[fact] })),
    parts: [null, ...languages].flatMap((language) => {
      const [was, is] = [before, after].map((draft) => (language === null ? draft : draft.variants[language]))
      return parts.flatMap((part) => {
        const [old, now] = [was?.[part] ?? null, is?.[part] ?? null]
        if (old === now) return []
        const lines = compareLines(old, now)
        const added = lines.filter((line) => line.before === null).length
        const removed = lines.filter((line) => line.after === null).length
        return added + removed === 0 ? [] : [{ part, language, lines, added, removed }]
      })
    }),
  }
}

/** Lines that stand together, shown or not. */
export interface Fold {
  readonly lines: readonly Line[]
  readonly folded: boolean
}

// As `diff -u` has it.
const around = 3

/** Lines alike are folded where they are far from a change, and so many that it saves room. */
export function foldsOf(lines: readonly Line[]): readonly Fold[] {
  const near = new Uint8Array(lines.length)
  for (const [index, { before, after }] of lines.entries())
    if (before === null || after === null) near.fill(1, Math.max(0, index - around), index + around + 1)
  const folds: Fold[] = []
  for (let from = 0; from < lines.length; ) {
    let to = from
    while (to < lines.length && near[to] === near[from]) to += 1
    folds.push({ lines: lines.slice(from, to), folded: near[from] === 0 && to - from > around })
    from = to
  }
  return folds
}
