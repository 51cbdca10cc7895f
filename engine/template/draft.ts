import { blankDrop, LoopDrop, nilDrop } from './drops.ts'
import type { Finding, Place } from './problem.ts'

export interface Site {
  readonly place: Place
  readonly variable: string | null
}

/** Something a template does that the compiler does not: the part is interpreted instead. */
export class Unsupported extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'Unsupported'
  }
}

// Object.prototype and what strings, numbers, arrays and functions inherit. Any other name finds own
// properties only, whatever JSON value it is read from, and can be a plain property access.
const inherited: readonly object[] = [
  Object.prototype,
  Array.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  Function.prototype,
  LoopDrop.prototype,
  nilDrop as object,
  blankDrop as object,
]
// Computed on arrays, strings and loop objects (see values.ts and drops.ts).
const computed = new Set(
  'size first last index index0 rindex rindex0 row col col0 col_first col_last super i cols read'.split(' '),
)

// Whoever has a hundred problems has one.
const maxFindings = 100

/** The JavaScript of one part while it is being written. */
export class Draft {
  /** Statements of the function at hand. */
  lines: string[] = []
  readonly findings: Finding[] = []
  /** Where the statement numbered by `at` stands, for errors, and the variable it is about. */
  readonly sites: Site[] = []
  /** Filters, in the order in which the code names them f0, f1 ... */
  readonly filters: string[] = []
  private readonly filterNames = new Map<string, string>()
  private readonly keys = new Map<string, string>()
  private readonly heads: string[] = []
  private readonly functions: string[] = []
  private names = 0

  emit(line: string): void {
    this.lines.push(line)
  }

  fresh(prefix: string): string {
    return `${prefix}${++this.names}`
  }

  /** Remember the place: a run-time error in what follows happened there. */
  mark(place: Place, variable: string | null = null): void {
    this.lines.push(`at=${this.sites.length};`)
    this.sites.push({ place, variable })
  }

  find(place: Place, message: string, variable: string | null = null): void {
    if (this.findings.length < maxFindings) this.findings.push({ place, message, variable })
  }

  filter(name: string): string {
    let variable = this.filterNames.get(name)
    if (variable === undefined) {
      variable = `f${this.filters.length}`
      this.filterNames.set(name, variable)
      this.filters.push(name)
    }
    return variable
  }

  /** A constant of the module, made once from `code`. */
  constant(prefix: string, code: string): string {
    const name = this.fresh(prefix)
    this.heads.push(`const ${name}=${code};`)
    return name
  }

  /** Code that reads a fixed property. */
  property(target: string, key: string): string {
    if (computed.has(key) || inherited.some((prototype) => key in prototype)) {
      return `property(${target},${JSON.stringify(key)})`
    }
    let reader = this.keys.get(key)
    if (reader === undefined) {
      reader = `k${this.keys.size}`
      this.keys.set(key, reader)
      const name = JSON.stringify(key)
      this.heads.push(`const ${reader}=(x)=>x===undefined||x===null?x:x[${name}];`)
    }
    return `${reader}(${target})`
  }

  /** Write a function beside the one at hand; `body` emits its statements. */
  function(signature: string, body: () => void): void {
    const outer = this.lines
    this.lines = []
    body()
    this.functions.push(`function ${signature}{${this.lines.join('\n')}}`)
    this.lines = outer
  }

  /** Run `body` and return its statements instead of adding them. */
  apart(body: () => void): string[] {
    const outer = this.lines
    this.lines = []
    body()
    const inner = this.lines
    this.lines = outer
    return inner
  }

  /** The whole source: the body of a factory that returns `main(d)`. */
  source(main: readonly string[], result: string): string {
    const filters = this.filters.map((name, index) => `const f${index}=filter(${JSON.stringify(name)});`)
    return [
      '"use strict";',
      'let at=0;',
      ...filters,
      ...this.heads,
      ...this.functions,
      'return function main(d){at=0;try{',
      ...main,
      `return ${result};`,
      '}catch(error){throw fail(error,at)}}',
    ].join('\n')
  }
}
