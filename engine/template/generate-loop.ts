import type { Generator, Position } from './generate.ts'
import { continueKey, type LoopBinding } from './scope.ts'
import type { Loop } from './tree.ts'

/** `{% for %}`. Each turn is paid for; `forloop` is arithmetic unless the template passes it around. */
export function generateLoop(generator: Generator, node: Loop, position: Position): void {
  const { draft, expressions } = generator
  const { writer } = position
  const items = draft.fresh('l')
  const register = position.scope.continued.get(continueKey(node.variable, node.collectionText))
  const where = generator.surroundings(position)
  draft.mark(node.place)
  draft.emit(`let ${items}=list(${expressions.expression(node.collection, where).code});`)
  draft.emit(`if(${items}.length>0){`)

  const argument = (name: string): string => {
    // The last one of a name counts, as in the object LiquidJS makes of them.
    const arg = node.args.findLast((candidate) => candidate.name === name)
    if (arg === undefined) return 'undefined'
    const names =
      register === undefined
        ? new Map()
        : // LiquidJS takes 0 for nothing and starts again.
          new Map([['continue', { kind: 'variable', code: `(${register}||{})` } as const]])
    return expressions.expression(arg.value, { ...where, locals: { names, outer: where.locals } }).code
  }
  const offset = argument('offset')
  const limit = argument('limit')
  const reversed = argument('reversed')
  if (offset !== 'undefined' || limit !== 'undefined' || reversed !== 'undefined') {
    draft.emit(`const ${items}o=${offset};${items}=part(${items},${items}o,${limit},${reversed});`)
    if (register !== undefined) draft.emit(`${register}=(comparable(${items}o)||0)+${items}.length;`)
  } else if (register !== undefined) draft.emit(`${register}=${items}.length;`)

  const label = draft.fresh('L')
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
  const names = new Map<string, LoopBinding | { kind: 'variable'; code: string }>([['forloop', loop]])
  // A loop variable named "forloop" hides the loop.
  names.set(node.variable, { kind: 'variable', code: item })
  const inner = draft.apart(() => {
    writer.join()
    draft.mark(node.place)
    draft.emit(`R.turn(${writer.out}.length);const ${item}=${items}[${index}];`)
    generator.body(node.body, {
      ...position,
      always: false,
      exit: { kind: 'loop', label },
      locals: { names, outer: position.locals },
    })
  })
  if (loop.needsDrop) {
    draft.emit(
      `const ${loop.drop}=new LoopDrop(${items}.length,${JSON.stringify(node.collectionText)},${JSON.stringify(node.variable)});`,
    )
  }
  const next = loop.needsDrop ? `${loop.drop}.i=++${index}` : `${index}++`
  draft.emit(`${label}:for(let ${index}=0;${index}<${items}.length;${next}){`)
  draft.lines.push(...inner)
  draft.emit('}')
  if (node.otherwise.length > 0) {
    draft.emit('}else{')
    writer.join()
    generator.body(node.otherwise, { ...position, always: false })
  }
  draft.emit('}')
  writer.join()
}

/** `{% tablerow %}`: a loop that writes its own table cells. */
export function generateTableRow(generator: Generator, node: Loop, position: Position): void {
  const { draft, expressions } = generator
  const { writer } = position
  const where = generator.surroundings(position)
  const items = draft.fresh('l')
  const cols = draft.fresh('n')
  const index = draft.fresh('i')
  const item = draft.fresh('e')
  draft.mark(node.place)
  draft.emit(`let ${items}=list(${expressions.expression(node.collection, where).code});`)
  const argument = (name: string): string => {
    const arg = node.args.findLast((candidate) => candidate.name === name)
    return arg === undefined ? 'undefined' : expressions.expression(arg.value, where).code
  }
  draft.emit(`${items}=rows(${items},${argument('offset')},${argument('limit')});`)
  draft.emit(`const ${cols}=${argument('cols')}||${items}.length;`)
  const loop: LoopBinding = {
    kind: 'loop',
    index,
    length: `${items}.length`,
    drop: `${items}d`,
    cols,
    needsDrop: false,
  }
  const names = new Map<string, LoopBinding | { kind: 'variable'; code: string }>([['tablerowloop', loop]])
  names.set(node.variable, { kind: 'variable', code: item })
  const inner = draft.apart(() => {
    writer.join()
    draft.mark(node.place)
    draft.emit(`R.turn(${writer.out}.length);const ${item}=${items}[${index}];`)
    draft.emit(`if(${index}%${cols}===0){if(Math.floor(${index}/${cols})+1!==1){`)
    writer.text('</tr>')
    draft.emit('}')
    writer.text('<tr class="row')
    writer.value(`String(Math.floor(${index}/${cols})+1)`)
    writer.text('">')
    draft.emit('}')
    writer.text('<td class="col')
    writer.value(`String(${index}%${cols}+1)`)
    writer.text('">')
    generator.body(node.body, {
      ...position,
      always: false,
      exit: { kind: 'nowhere', why: 'inside tablerow' },
      locals: { names, outer: position.locals },
    })
    writer.text('</td>')
  })
  if (loop.needsDrop) {
    draft.emit(
      `const ${loop.drop}=new LoopDrop(${items}.length,${JSON.stringify(node.collectionText)},${JSON.stringify(node.variable)},${cols});`,
    )
  }
  const next = loop.needsDrop ? `${loop.drop}.i=++${index}` : `${index}++`
  draft.emit(`for(let ${index}=0;${index}<${items}.length;${next}){`)
  draft.lines.push(...inner)
  draft.emit(`}if(${items}.length>0){`)
  writer.join()
  writer.text('</tr>')
  draft.emit('}')
  writer.join()
}
