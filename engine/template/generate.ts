import { type Draft, Unsupported } from './draft.ts'
import { type Code, type ExpressionOptions, ExpressionWriter, type Surroundings } from './expression.ts'
import { generateCase, generateChoice, generateCycle } from './generate-choice.ts'
import { generateHref } from './generate-link.ts'
import { generateLoop, generateTableRow } from './generate-loop.ts'
import { createPartials, type Partials } from './generate-partial.ts'
import type { Place } from './problem.ts'
import type { Locals, Scope } from './scope.ts'
import type { FilterCall, Node, Value } from './tree.ts'
import { escapeHtml } from './values.ts'
import { plainWriter, quotedWriter, type Writer } from './writer.ts'

/** How values are written: escaped for HTML (except after `raw`), as they are, or, in a text made from HTML,
 *  as they are but without tags after `raw`. */
export type Dialect = 'html' | 'text' | 'stripped'

/** Where `break` and `continue` lead. */
export type Exit =
  | { readonly kind: 'loop'; readonly label: string }
  | { readonly kind: 'end'; readonly label: string }
  /** Out of a capture: what was captured is assigned first. `taken` collects which exits go through. */
  | {
      readonly kind: 'capture'
      readonly label: string
      readonly flag: string
      readonly taken: Set<'break' | 'continue'>
    }
  | { readonly kind: 'nowhere'; readonly why: string }

/** What a block writes: its nodes, or text that a layout's letter left for the anonymous block. */
export type BlockBody =
  | { readonly kind: 'nodes'; readonly nodes: readonly Node[]; readonly file: string | null }
  | {
      readonly kind: 'fragment'
      readonly out: string
      readonly column: string
      readonly encoding: Writer['encoding']
    }

/** Everything that depends on where in the templates the generator stands. */
export interface Position {
  readonly scope: Scope
  readonly locals: Locals | null
  readonly writer: Writer
  readonly exit: Exit
  /** Blocks that letters gave to their layouts, the most derived first. */
  readonly blocks: Map<string, BlockBody[]>
  /** `store`: the letter of a layout, whose blocks are kept for it. */
  readonly mode: 'output' | 'store'
  /** Not inside a condition or loop: blocks may be stored. */
  readonly always: boolean
  /** Partials and layouts being written, outermost first. */
  readonly files: readonly string[]
  readonly activeBlocks: readonly (readonly Node[])[]
}

export interface GeneratorOptions extends ExpressionOptions {
  readonly dialect: Dialect
  /** The pixel comes at the end, where no tag has written it before. */
  readonly tracked: boolean
  readonly maxDepth: number
  /** The tree of a partial or layout, or null where there is none of that name. */
  readonly lookUp: (file: string) => readonly Node[] | null
  readonly partialNames: readonly string[]
}

// A few hundred partials inside each other would write megabytes of code.
const maxNodes = 30_000

/** Writes the code for nodes. One per part. */
export class Generator {
  readonly draft: Draft
  readonly options: GeneratorOptions
  readonly expressions: ExpressionWriter
  private readonly partials: Partials
  private nodes = 0

  constructor(draft: Draft, options: GeneratorOptions) {
    this.draft = draft
    this.options = options
    this.expressions = new ExpressionWriter(draft, options)
    this.partials = createPartials(this)
  }

  /** The body of `main`, and the expression of its result. */
  part(nodes: readonly Node[], encoding: Writer['encoding']): { lines: string[]; result: string } {
    const lines = this.draft.apart(() => {
      const writer = this.writer(encoding, 'o', 'c', true)
      this.partials.withScope(nodes, new Map(), (scope) => {
        this.labelled((exit) =>
          this.body(nodes, {
            scope,
            locals: null,
            writer,
            exit,
            blocks: new Map(),
            mode: 'output',
            always: true,
            files: [],
            activeBlocks: [],
          }),
        )
      })
      if (this.options.tracked) writer.value('T.tail()')
    })
    return {
      lines: [encoding === 'plain' ? 'let o="";' : 'let o="",c=0;', ...lines, 'R.size(o.length);'],
      result: 'o',
    }
  }

  writer(encoding: Writer['encoding'], out: string, column: string, startsAtZero: boolean): Writer {
    return encoding === 'plain'
      ? plainWriter(this.draft, out)
      : quotedWriter(this.draft, out, column, startsAtZero)
  }

  /** Write `body` in a block that `break` outside of loops leaves. */
  labelled(body: (exit: Exit) => void): void {
    const label = this.draft.fresh('E')
    const inner = this.draft.apart(() => body({ kind: 'end', label }))
    if (inner.some((line) => line.includes(`break ${label};`))) {
      this.draft.emit(`${label}:{`)
      this.draft.lines.push(...inner)
      this.draft.emit('}')
    } else this.draft.lines.push(...inner)
  }

  body(nodes: readonly Node[], position: Position): void {
    // Addresses of assets are one piece with the text around them: each piece costs every letter a look at its column.
    let text = ''
    const flush = (): void => {
      if (text !== '') position.writer.text(text)
      text = ''
    }
    for (const node of nodes) {
      if (++this.nodes > maxNodes) throw new Unsupported('its partials add up to too much code')
      const piece =
        node.kind === 'text' ? node.text : node.kind === 'output' ? this.fixed(node, position) : null
      if (piece !== null) {
        text += piece
        continue
      }
      flush()
      this.node(node, position)
    }
    flush()
  }

  private node(node: Node, position: Position): void {
    const { draft } = this
    switch (node.kind) {
      case 'text':
        // `body` has written it.
        return
      case 'output':
        if (!this.remember(node, position)) {
          this.output(this.value(node.value, position, node.place, true), node.escape, position.writer)
        }
        return
      case 'assign': {
        const code = this.value(node.value, position, node.place, true)
        draft.emit(`${assigned(position.scope, node.name)}=${code.code};`)
        return
      }
      case 'capture':
        this.capture(node.name, node.body, node.place, position)
        return
      case 'choice':
        generateChoice(this, node, position)
        return
      case 'case':
        generateCase(this, node, position)
        return
      case 'for':
        generateLoop(this, node, position)
        return
      case 'tablerow':
        generateTableRow(this, node, position)
        return
      case 'cycle':
        generateCycle(this, node, position)
        return
      case 'count': {
        const counter = position.scope.counted.get(node.name)!
        const count = node.step === 1 ? `${counter}++` : `--${counter}`
        draft.emit(`if(typeof ${counter}!=="number")${counter}=0;`)
        position.writer.value(`String(${count})`)
        return
      }
      case 'include':
        this.partials.include(node, position)
        return
      case 'render':
        this.partials.render(node, position)
        return
      case 'layout':
        this.partials.layout(node, position)
        return
      case 'block':
        this.partials.block(node, position)
        return
      case 'href':
        generateHref(this, node, position)
        return
      case 'pixel':
        position.writer.value('T.tail()')
        return
      case 'break':
      case 'continue':
        this.leave(node.kind, position.exit)
        return
    }
  }

  /** A value's code. The place is marked before the statement when evaluating it can fail. */
  value(value: Value, position: Position, place: Place, mayWrite = false): Code {
    this.expressions.risky = false
    const code = this.expressions.value(value, this.surroundings(position, mayWrite))
    if (this.expressions.risky)
      this.draft.mark(value.place.begin >= place.begin ? value.place : place, value.text)
    return code
  }

  surroundings(position: Position, mayWrite = false): Surroundings {
    const { scope, locals } = position
    if (!mayWrite) return { scope, locals, superBlock: null }
    return {
      scope,
      locals,
      superBlock: (write) => {
        // `write` was made for the place where the block stands and writes to the writer it is given.
        const out = this.draft.fresh('s')
        this.draft.emit(`let ${out}="";`)
        this.partials.superWriter = plainWriter(this.draft, out)
        write(locals)
        return out
      },
    }
  }

  output(code: Code, escaped: boolean, writer: Writer): void {
    const { dialect } = this.options
    // Digits and booleans hold nothing to escape.
    if (dialect === 'html' && escaped && (code.type === 'string' || code.type === 'unknown')) {
      const text = this.expressions.text(code)
      writer.html(writer.encoding === 'plain' && code.type === 'unknown' ? code.code : text)
      return
    }
    const text = this.expressions.text(code)
    writer.value(dialect === 'stripped' && !escaped ? `stripTags(${text})` : text)
  }

  /** What an output writes in every letter: the address of an asset, and nothing else. Null for any other. */
  private fixed(node: Node & { kind: 'output' }, position: Position): string | null {
    const { filters } = node.value
    if (filters.length !== 1 || filters[0]!.name !== 'asset_url') return null
    const { code } = this.expressions.value(node.value, this.surroundings(position))
    const text = JSON.parse(code) as string
    return this.options.dialect === 'html' && node.escape ? escapeHtml(text) : text
  }

  /** Where a value is likely to come again in the next letter (an item's, the campaign's) and its filters
   *  depend on nothing else, what it becomes is remembered. False where that is not so. */
  private remember(node: Node & { kind: 'output' }, position: Position): boolean {
    const { dialect } = this.options
    const value = dialect === 'stripped' ? null : this.memorable(node, position)
    if (value === null) return false
    const put = this.draft.constant(
      'm',
      `Q.${position.writer.encoding === 'plain' ? 'rememberingPlain' : 'remembering'}((x)=>${value.text},${dialect === 'html' && node.escape})`,
    )
    position.writer.put(put, value.input)
    return true
  }

  /** An output that depends on nothing but one value, which is not a reader's own: the code of that value, and of the text it
   *  becomes, of `x`. Null where it is not so. */
  memorable(
    node: Node & { kind: 'output' },
    position: Position,
  ): { readonly input: string; readonly text: string } | null {
    const { initial, filters } = node.value
    if (initial.kind !== 'path' || initial.properties.length === 0 || personal.has(initial.root)) return null
    if (!filters.every(isPure)) return null
    const where = this.surroundings(position, true)
    this.expressions.risky = false
    const input = this.expressions.expression(initial, where)
    let made: Code = { code: 'x', type: 'unknown' }
    for (const filter of filters) made = this.expressions.filter(made, filter, node.value, where)
    if (this.expressions.risky) this.draft.mark(node.value.place, node.value.text)
    return { input: input.code, text: this.expressions.text(made) }
  }

  private capture(name: string, body: readonly Node[], place: Place, position: Position): void {
    const { draft } = this
    const out = draft.fresh('o')
    draft.emit(`let ${out}="";`)
    this.inCapture(
      position,
      (inner) => this.body(body, { ...inner, writer: plainWriter(draft, out), always: false }),
      () => {
        draft.mark(place)
        draft.emit(`R.use(${out}.length);${assigned(position.scope, name)}=${out};`)
      },
    )
  }

  /** Run `body` so that a `break` in it first comes to `after`. */
  inCapture(position: Position, body: (inner: Position) => void, after: () => void): void {
    const { draft } = this
    const exit: Exit & { kind: 'capture' } = {
      kind: 'capture',
      label: draft.fresh('E'),
      flag: draft.fresh('b'),
      taken: new Set(),
    }
    const lines = draft.apart(() => body({ ...position, exit }))
    if (exit.taken.size === 0) {
      draft.lines.push(...lines)
      after()
      return
    }
    draft.emit(`let ${exit.flag}=0;${exit.label}:{`)
    draft.lines.push(...lines)
    draft.emit('}')
    after()
    for (const kind of exit.taken) {
      draft.emit(`if(${exit.flag}===${kind === 'break' ? 1 : 2}){`)
      this.leave(kind, position.exit)
      draft.emit('}')
    }
  }

  private leave(kind: 'break' | 'continue', exit: Exit): void {
    switch (exit.kind) {
      case 'loop':
        this.draft.emit(`${kind} ${exit.label};`)
        return
      case 'end':
        this.draft.emit(`break ${exit.label};`)
        return
      case 'capture':
        exit.taken.add(kind)
        this.draft.emit(`${exit.flag}=${kind === 'break' ? 1 : 2};break ${exit.label};`)
        return
      case 'nowhere':
        throw new Unsupported(`"${kind}" ${exit.why}`)
    }
  }
}

/** Different for every reader: remembering them would only fill the memory. */
const personal: ReadonlySet<unknown> = new Set(['subscriber', 'links'])

const pureFilters = new Set(
  `append at_least at_most base64_encode capitalize ceil cgi_escape default divided_by downcase escape escape_once
   floor lstrip minus modulo newline_to_br normalize_whitespace plus prepend raw remove remove_first remove_last
   replace replace_first replace_last round rstrip size slice slugify squish strip strip_html strip_newlines times
   truncate truncatewords upcase uri_escape url_encode xml_escape`.split(/\s+/),
)

const isPure = (filter: FilterCall): boolean =>
  pureFilters.has(filter.name) &&
  filter.args.every(({ key, value }) => key === null && value.kind === 'constant')

/** The variable an assign writes. */
export function assigned(scope: Scope, name: string): string {
  const binding = scope.assigned.get(name)
  if (binding?.kind !== 'variable') throw new Unsupported(`assigning "${name}"`)
  return binding.code
}
