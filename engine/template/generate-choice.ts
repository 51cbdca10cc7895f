import { Unsupported } from './draft.ts'
import type { Exit, Generator, Position } from './generate.ts'
import type { Node } from './tree.ts'

export function generateChoice(
  generator: Generator,
  node: Node & { kind: 'choice' },
  position: Position,
): void {
  const { draft } = generator
  const inner: Position = { ...position, always: false }
  let open = 0
  node.branches.forEach((branch, index) => {
    // An `elsif` that can fail marks its place, which is a statement: it opens a block of its own.
    const lines = draft.apart(() => {
      const condition = generator.expressions.condition(generator.value(branch.value, position, node.place))
      draft.emit(`if(${branch.negated ? `!(${condition})` : condition}){`)
    })
    if (index > 0) {
      draft.emit('}else{')
      open++
    }
    draft.lines.push(...lines)
    position.writer.join()
    generator.body(branch.body, inner)
  })
  if (node.otherwise.length > 0) {
    draft.emit('}else{')
    position.writer.join()
    generator.body(node.otherwise, inner)
  }
  draft.emit('}'.repeat(open + 1))
  position.writer.join()
}

export function generateCase(generator: Generator, node: Node & { kind: 'case' }, position: Position): void {
  const { draft } = generator
  const inner: Position = { ...position, always: false }
  const target = draft.fresh('v')
  const hit = draft.fresh('h')
  draft.emit(
    `const ${target}=toValue(${generator.value(node.value, position, node.place).code});let ${hit}=false;`,
  )
  const distinct = distinctValues(node.branches.map((branch) => branch.values))
  const where = generator.surroundings(position)
  for (const branch of node.branches) {
    const tests = branch.values.map((value) => {
      const code = generator.expressions.expression(value, where).code
      return value.kind === 'constant' && value.value !== undefined
        ? `is(${target},${code})`
        : `equal(${target},${code})`
    })
    draft.emit(`if(${distinct ? `!${hit}&&(` : '('}${tests.join('||') || 'false'})){${hit}=true;`)
    position.writer.join()
    // LiquidJS renders every branch that matches, and one tag of the next after a `break`.
    generator.body(branch.body, distinct ? inner : { ...inner, exit: exitFromCase(position.exit) })
    draft.emit('}')
  }
  if (node.otherwise.length > 0) {
    draft.emit(`if(!${hit}){`)
    position.writer.join()
    generator.body(node.otherwise, inner)
    draft.emit('}')
  }
  position.writer.join()
}

export function generateCycle(
  generator: Generator,
  node: Node & { kind: 'cycle' },
  position: Position,
): void {
  const { draft } = generator
  if (node.group !== null && node.group.kind !== 'constant')
    throw new Unsupported('a cycle whose group is computed')
  const key = `${node.group?.value}:${node.candidates.map((candidate) => candidate.value.text).join(',')}`
  let counter = position.scope.cycles.get(key)
  if (counter === undefined) {
    counter = draft.fresh('y')
    position.scope.cycles.set(key, counter)
  }
  const chosen = draft.fresh('w')
  const { dialect } = generator.options
  draft.emit(`let ${chosen};switch(${counter}){`)
  node.candidates.forEach(({ value, escape: escaped }, index) => {
    draft.emit(`case ${index}:`)
    const code = generator.value(value, position, node.place).code
    // LiquidJS writes nothing for 0 and false here, unless they were made text by escaping.
    const text = dialect === 'stripped' && !escaped ? `stripTags(text(${chosen}))` : `text(${chosen})`
    const shown = dialect === 'html' && escaped ? `html(${chosen})` : `${chosen}?${text}:""`
    draft.emit(`${chosen}=toValue(${code});${chosen}=${shown};break;`)
  })
  draft.emit(`}${counter}=(${counter}+1)%${node.candidates.length};`)
  position.writer.value(chosen)
}

function exitFromCase(exit: Exit): Exit {
  return exit.kind === 'nowhere' ? exit : { kind: 'nowhere', why: 'in a case whose branches may both match' }
}

/** Whether no two branches can match: all are literals, and no literal stands twice. */
function distinctValues(branches: readonly (readonly { kind: string; value?: unknown }[])[]): boolean {
  const seen = new Set<unknown>()
  for (const values of branches) {
    const own = new Set<unknown>()
    for (const value of values) {
      if (value.kind !== 'constant' || seen.has(value.value)) return false
      own.add(value.value)
    }
    for (const value of own) seen.add(value)
  }
  return true
}
