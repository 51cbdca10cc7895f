import type { Generator, Position } from './generate.ts'
import type { Node } from './tree.ts'
import { plainWriter } from './writer.ts'

/** The address that stands in an `href`, or where the letter is tracked the one by way of us. */
export function generateHref(generator: Generator, node: Node & { kind: 'href' }, position: Position): void {
  const { draft } = generator
  const { writer } = position
  const quote = JSON.stringify(node.quote)
  const inner: Position = { ...position, always: false }
  const tracked = (target: string): void => {
    draft.emit(`T.use(${target});`)
    writer.piece('T.base')
    writer.piece(target)
  }
  const asItIs = (): void => {
    draft.emit('}else{')
    writer.join()
    generator.body(node.body, inner)
    draft.emit('}')
  }

  const fixed = textOf(node.body)
  if (fixed !== null) {
    const target = draft.constant('t', `T.lookUp(${JSON.stringify(fixed)},${quote})`)
    draft.emit(`if(T.links&&${target}!==null&&${target}.tracked){`)
    tracked(target)
    asItIs()
    writer.join()
    return
  }
  const lookUp = byOneValue(generator, node, position)
  if (lookUp !== null) {
    const target = draft.fresh('t')
    draft.emit(`const ${target}=T.links?${lookUp}:null;if(${target}!==null){`)
    tracked(target)
    asItIs()
    writer.join()
    return
  }
  const out = draft.fresh('o')
  const target = draft.fresh('t')
  draft.emit(`if(T.links){let ${out}="";`)
  generator.body(node.body, { ...inner, writer: plainWriter(draft, out) })
  draft.mark(node.place)
  draft.emit(`R.use(${out}.length);const ${target}=T.find(${out},${quote});if(${target}!==null){`)
  tracked(target)
  draft.emit('}else{')
  writer.join()
  writer.value(out)
  draft.emit('}')
  asItIs()
  writer.join()
}

/** Null: not all of it is text. */
function textOf(nodes: readonly Node[]): string | null {
  let text = ''
  for (const node of nodes) {
    if (node.kind !== 'text') return null
    text += node.text
  }
  return text
}

/** Most addresses are an item's, with something before or behind it: what becomes of them is remembered by that one value.
 *  The code that looks it up; null where it is not so. */
function byOneValue(
  generator: Generator,
  { body: nodes, quote }: Node & { kind: 'href' },
  position: Position,
): string | null {
  const { draft } = generator
  const outputs = nodes.filter(({ kind }) => kind !== 'text')
  const [output] = outputs
  if (outputs.length !== 1 || output?.kind !== 'output') return null
  const value = generator.memorable(output, position)
  if (value === null) return null
  const at = nodes.indexOf(output)
  const [before, behind] = [nodes.slice(0, at), nodes.slice(at + 1)].map((texts) =>
    JSON.stringify(textOf(texts)),
  )
  const made = output.escape ? `html(${value.text})` : value.text
  const memory = draft.constant(
    'h',
    `T.remembering((x)=>${before}+${made}+${behind},${JSON.stringify(quote)})`,
  )
  return `${memory}(${value.input})`
}
