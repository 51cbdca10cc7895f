import { Unsupported } from './draft.ts'
import type { BlockBody, Generator, Position } from './generate.ts'
import { nearest } from './nearest.ts'
import type { Place } from './problem.ts'
import { type Binding, type LoopBinding, namesUsed, type Scope } from './scope.ts'
import type { FileName, Node, Render } from './tree.ts'
import { plainWriter, type Writer } from './writer.ts'

/** Writes partials, layouts and blocks into the place that takes them in, as one straight run of code. Only a
 *  partial that renders itself becomes a function. */
export interface Partials {
  include(node: Node & { kind: 'include' }, position: Position): void
  render(node: Render, position: Position): void
  layout(node: Node & { kind: 'layout' }, position: Position): void
  block(node: Node & { kind: 'block' }, position: Position): void
  /** Declare the variables of a scope around `body`. `given` are names that begin with a value. */
  withScope(nodes: readonly Node[], given: ReadonlyMap<string, Binding>, body: (scope: Scope) => void): void
  /** Where the `write` of a block binding writes to. */
  superWriter: Writer | null
}

export function createPartials(generator: Generator): Partials {
  const { draft, expressions, options } = generator
  /** Partials that render themselves, by file, encoding and names given. */
  const functions = new Map<string, string>()

  /** The tree of a file; null, with a problem or an error in the code, where there is none. */
  function open(file: FileName, place: Place, position: Position): readonly Node[] | null {
    if (file === null) throw new Unsupported('a partial whose name is computed')
    const nodes = options.lookUp(file)
    if (nodes === null) {
      const near = nearest(file, options.partialNames)
      const known =
        options.partialNames.length === 0 ? 'There are none' : `Known: ${options.partialNames.join(', ')}`
      draft.find(
        place,
        `No layout or partial named "${file}".${near === null ? '' : ` Did you mean "${near}"?`} ${known}`,
      )
      draft.mark(place)
      draft.emit(`throw new Error(${JSON.stringify(`No layout or partial named "${file}"`)});`)
      return null
    }
    if (position.files.length >= options.maxDepth) {
      draft.mark(place)
      draft.emit(`throw new Error("Partials are nested more than ${options.maxDepth} deep");`)
      return null
    }
    return nodes
  }

  function withScope(
    nodes: readonly Node[],
    given: ReadonlyMap<string, Binding>,
    body: (scope: Scope) => void,
  ): void {
    const used = namesUsed(nodes, options.lookUp)
    const scope: Scope = {
      assigned: new Map(given),
      counted: new Map(),
      cycles: new Map(),
      continued: new Map(),
    }
    for (const name of used.counted) {
      const counter = draft.fresh('n')
      scope.counted.set(name, counter)
      draft.emit(`let ${counter}=U;`)
    }
    for (const name of used.assigned) {
      if (given.has(name)) continue
      const code = draft.fresh('a')
      scope.assigned.set(name, { kind: 'variable', code })
      // Until it is assigned, the variable of that name below shows through.
      draft.emit(`let ${code}=${scope.counted.has(name) ? 'U' : (expressions.root(name) ?? 'undefined')};`)
    }
    for (const key of used.continued) {
      const register = draft.fresh('r')
      scope.continued.set(key, register)
      draft.emit(`let ${register}={};`)
    }
    const lines = draft.apart(() => body(scope))
    for (const counter of scope.cycles.values()) draft.emit(`let ${counter}=0;`)
    draft.lines.push(...lines)
  }

  /** Arguments as variables, evaluated where the tag stands. */
  function evaluate(
    args: readonly { name: string; value: Parameters<typeof expressions.expression>[0] }[],
    position: Position,
  ): Map<string, Binding> {
    const where = generator.surroundings(position)
    const names = new Map<string, Binding>()
    for (const { name, value } of args) {
      const code = draft.fresh('p')
      draft.emit(`let ${code}=${expressions.expression(value, where).code};`)
      names.set(name, { kind: 'variable', code })
    }
    return names
  }

  const partials: Partials = {
    superWriter: null,
    withScope,

    include(node, position) {
      const nodes = open(node.file, node.place, position)
      if (nodes === null) return
      const file = node.file!
      if (position.files.includes(file)) throw new Unsupported(`"${file}" includes itself`)
      const args = [...node.args]
      if (node.with !== null) args.push({ name: file, value: node.with })
      draft.mark(node.place)
      const names = evaluate(args, position)
      generator.body(nodes, {
        ...position,
        locals: { names, outer: position.locals },
        blocks: new Map(),
        mode: 'output',
        files: [...position.files, file],
      })
    },

    render(node, position) {
      const nodes = open(node.file, node.place, position)
      if (nodes === null) return
      const file = node.file!
      draft.mark(node.place)
      const given = evaluate(node.args, position)
      const where = generator.surroundings(position)
      if (node.with !== null) {
        const code = draft.fresh('p')
        draft.emit(`let ${code}=${expressions.expression(node.with.value, where).code};`)
        given.set(node.with.alias ?? file, { kind: 'variable', code })
      }
      if (position.files.includes(file)) {
        callFunction(node, file, nodes, given, position)
        return
      }
      const rendered = (scope: Scope, exit: Position['exit'], writer: Writer): void =>
        generator.body(nodes, {
          scope,
          locals: null,
          writer,
          exit,
          blocks: new Map(),
          mode: 'output',
          always: true,
          files: [...position.files, file],
          activeBlocks: [],
        })
      if (node.for === null) {
        withScope(nodes, given, (scope) =>
          generator.labelled((exit) => rendered(scope, exit, position.writer)),
        )
        return
      }
      const items = draft.fresh('l')
      const index = draft.fresh('i')
      const item = draft.fresh('e')
      const loop: LoopBinding = {
        kind: 'loop',
        index,
        length: `${items}.length`,
        drop: `${items}d`,
        cols: null,
        needsDrop: false,
      }
      draft.emit(`const ${items}=list(${expressions.expression(node.for.value, where).code});let ${item};`)
      given.set('forloop', loop)
      given.set(String(node.for.alias ?? undefined), { kind: 'variable', code: item })
      const { text, alias } = node.for
      withScope(nodes, given, (scope) => {
        const inner = draft.apart(() => {
          position.writer.join()
          draft.mark(node.place)
          draft.emit(`R.turn(${position.writer.out}.length);${item}=${items}[${index}];`)
          rendered(scope, { kind: 'nowhere', why: 'in a partial rendered for each item' }, position.writer)
        })
        if (loop.needsDrop) {
          draft.emit(
            `const ${loop.drop}=new LoopDrop(${items}.length,${JSON.stringify(text)},${JSON.stringify(alias ?? undefined)});`,
          )
        }
        const next = loop.needsDrop ? `${loop.drop}.i=++${index}` : `${index}++`
        draft.emit(`for(let ${index}=0;${index}<${items}.length;${next}){`)
        draft.lines.push(...inner)
        draft.emit('}')
      })
      position.writer.join()
    },

    layout(node, position) {
      if (node.file === undefined) {
        generator.body(node.body, { ...position, mode: 'output' })
        return
      }
      const nodes = open(node.file, node.place, position)
      if (nodes === null) return
      const file = node.file!
      if (position.files.includes(file)) throw new Unsupported(`"${file}" is its own layout`)
      // The letter goes first: what it assigns, its layout sees. What it writes outside of blocks is kept for
      // the layout's block without a name, in the encoding in which it will be written.
      const { encoding } = position.writer
      const out = draft.fresh('o')
      const column = draft.fresh('c')
      draft.emit(`let ${out}=""${encoding === 'plain' ? '' : `,${column}=0`};`)
      const writer = generator.writer(encoding, out, column, true)
      generator.body(node.body, {
        ...position,
        writer,
        mode: 'store',
        exit: { kind: 'nowhere', why: 'in the letter of a layout' },
      })
      if (!position.blocks.has('')) position.blocks.set('', [{ kind: 'fragment', out, column, encoding }])
      const names = evaluate(node.args, position)
      generator.body(nodes, {
        ...position,
        mode: 'output',
        locals: { names, outer: position.locals },
        files: [...position.files, file],
      })
    },

    block(node, position) {
      const own: BlockBody = { kind: 'nodes', nodes: node.body, file: position.files.at(-1) ?? null }
      const chain = [...(position.blocks.get(node.name) ?? []), own]
      if (position.mode === 'store') {
        if (!position.always) throw new Unsupported('a block inside a condition, loop or capture')
        position.blocks.set(node.name, chain)
        return
      }
      writeBlock(chain, 0, position)
    },
  }

  function writeBlock(chain: readonly BlockBody[], index: number, position: Position): void {
    const body = chain[index]!
    if (body.kind === 'fragment') {
      if (body.encoding !== position.writer.encoding) throw new Unsupported('a layout inside a capture')
      position.writer.fragment(body.out, body.column)
      return
    }
    if (position.activeBlocks.includes(body.nodes)) throw new Unsupported('a block inside itself')
    const parent =
      index + 1 >= chain.length
        ? null
        : (locals: Position['locals']) => {
            const writer = partials.superWriter!
            partials.superWriter = null
            writeBlock(chain, index + 1, {
              ...position,
              writer,
              locals,
              exit: { kind: 'nowhere', why: 'in a block that another replaces' },
              activeBlocks: [...position.activeBlocks, body.nodes],
            })
          }
    generator.body(body.nodes, {
      ...position,
      always: false,
      locals: { names: new Map([['block', { kind: 'block', parent }]]), outer: position.locals },
      activeBlocks: [...position.activeBlocks, body.nodes],
    })
  }

  /** A partial that renders itself: its turns are counted and its depth is bounded while rendering. */
  function callFunction(
    node: Render,
    file: string,
    nodes: readonly Node[],
    given: ReadonlyMap<string, Binding>,
    position: Position,
  ): void {
    if (node.for !== null) throw new Unsupported(`"${file}" renders itself for each of several items`)
    const { writer } = position
    const names = [...given.keys()]
    const key = JSON.stringify([file, writer.encoding, names])
    let name = functions.get(key)
    if (name === undefined) {
      name = draft.fresh('r')
      functions.set(key, name)
      const parameters = names.map(() => draft.fresh('q'))
      const quoted = writer.encoding === 'quoted-printable'
      draft.function(`${name}(d,${[...parameters, 'c'].join(',')})`, () => {
        draft.emit('let o="";R.enter();')
        const own = quoted ? generator.writer('quoted-printable', 'o', 'c', false) : plainWriter(draft, 'o')
        const bindings = new Map<string, Binding>(
          names.map((given, index) => [given, { kind: 'variable', code: parameters[index]! }]),
        )
        withScope(nodes, bindings, (scope) =>
          generator.labelled((exit) =>
            generator.body(nodes, {
              scope,
              locals: null,
              writer: own,
              exit,
              blocks: new Map(),
              mode: 'output',
              always: true,
              files: [file],
              activeBlocks: [],
            }),
          ),
        )
        draft.emit(`R.leave();${quoted ? 'Q.column=c;' : ''}return o;`)
      })
    }
    const args = [...given.values()].map((binding) =>
      binding.kind === 'variable' ? binding.code : 'undefined',
    )
    const column = writer.encoding === 'quoted-printable' ? writer.column : '0'
    draft.emit(`R.turn(${writer.out}.length);${writer.out}+=${name}(d,${[...args, column].join(',')});`)
    if (writer.encoding === 'quoted-printable') draft.emit(`${column}=Q.column;`)
    writer.join()
  }

  return partials
}
