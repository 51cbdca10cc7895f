import type { Budgets } from './letter.ts'
import type { Calendar, Locale, Locales } from './locale.ts'
import { FindingError, type Place } from './problem.ts'

/** Thrown where no place is known; whoever runs the statement adds it. */
export class BudgetError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BudgetError'
  }
}

/** Thrown by filters that name the culprit themselves, such as `required`. */
export class VariableError extends Error {
  readonly variable: string

  constructor(variable: string, message: string) {
    super(message)
    this.name = 'VariableError'
    this.variable = variable
  }
}

const unitsBetweenLooks = 20_000

/** What one letter may spend, and what it has spent. One lives as long as its compiled letter and is reset
 *  for each; letters of one thread are rendered one after the other. Filters see it as LiquidJS's
 *  `context.memoryLimit`. */
export class Run {
  readonly budgets: Budgets
  readonly locales: Locales
  /** Addresses by name. */
  readonly assets: ReadonlyMap<string, string>
  /** Of the letter at hand. */
  locale: Locale
  calendar: Calendar
  now = 0
  /** Loop turns and calls of partials. */
  turns = 0
  depth = 0
  private memory = 0
  private nextLook = unitsBetweenLooks
  private readonly maxMemory: number
  private startedAt = 0
  /** What this thread had used when half of the time was over, milliseconds. */
  private halfAt: number | null = null

  private seed = 0

  constructor(budgets: Budgets, locales: Locales, assets: ReadonlyMap<string, string>) {
    this.budgets = budgets
    this.assets = assets
    this.locales = locales
    this.locale = locales.locale('en')
    this.calendar = locales.calendar(this.locale, 'UTC')
    // Strings built on the way (captures, appends) add up to more than what is shown, but not to many times it.
    this.maxMemory = Math.max(1_000_000, budgets.maxOutputBytes * 2)
  }

  reset(letter: { locale: Locale; calendar: Calendar; now: number; seed: number }): void {
    this.locale = letter.locale
    this.calendar = letter.calendar
    this.now = letter.now
    this.seed = letter.seed
    this.turns = 0
    this.depth = 0
    this.memory = 0
    this.nextLook = unitsBetweenLooks
    this.startedAt = performance.now()
    this.halfAt = null
  }

  /** Chance that repeats itself for the same letter (mulberry32). */
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0
    let bits = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296
  }

  /** LiquidJS's Limiter: filters announce characters and elements that they are about to create or read. */
  use(count: number): void {
    if (!(count > 0)) return
    this.memory += count
    if (this.memory > this.nextLook) {
      // One filter over a long list can take as long as many turns of a loop.
      this.nextLook = this.memory + unitsBetweenLooks
      this.clock()
    }
    if (this.memory > this.maxMemory) throw new BudgetError('The template builds too much text in between')
  }

  check(count: number): void {
    if (count > this.maxMemory) throw new BudgetError('The template builds too much text in between')
  }

  /** One more turn of a loop, or call of a partial; `size` is the length of the part so far. */
  turn(size: number): void {
    const turns = ++this.turns
    if (turns > this.budgets.maxLoops) {
      throw new BudgetError(`More than ${this.budgets.maxLoops} loop turns in one letter`)
    }
    if ((turns & 63) === 0) this.clock()
    if (size > this.budgets.maxOutputBytes) this.tooLong()
  }

  /** Half of the time runs by the wall's clock, which costs 40 ns to read; the other half by this thread's own, so
   *  that a machine that sleeps or starves for a second fails nobody's letter. */
  clock(): void {
    const half = this.budgets.maxMs / 2
    if (performance.now() - this.startedAt <= half) return
    const { user, system } = process.threadCpuUsage()
    const spent = (user + system) / 1000
    this.halfAt ??= spent
    if (spent - this.halfAt > half) {
      throw new BudgetError(`Rendering took longer than ${this.budgets.maxMs} ms`)
    }
  }

  size(size: number): void {
    if (size > this.budgets.maxOutputBytes) this.tooLong()
  }

  private tooLong(): never {
    throw new BudgetError(`The letter is longer than ${this.budgets.maxOutputBytes} bytes`)
  }

  enter(): void {
    if (++this.depth > this.budgets.maxDepth) {
      throw new BudgetError(`Partials are nested more than ${this.budgets.maxDepth} deep`)
    }
  }

  leave(): void {
    this.depth--
  }

  /** Pay for everything inside a value, before something walks through it. A value that holds another many
   *  times is paid for as often: shared arrays nested 60 deep would otherwise print for ever. */
  weigh(value: unknown, price = 1): void {
    if (value === null || typeof value !== 'object') {
      if (typeof value === 'string') this.use((value.length * price) >> 4)
      return
    }
    this.use(price)
    if (Array.isArray(value)) {
      this.use(value.length * price)
      for (const inner of value) this.weigh(inner, price)
      return
    }
    for (const key of Object.keys(value)) {
      this.use(price)
      this.weigh((value as { readonly [key: string]: unknown })[key], price)
    }
  }

  /** Searching a long needle can cost needle x haystack comparisons: "aaaa..." in "aaaa...". */
  search(haystack: string, needle: string): void {
    if (needle.length > 64) this.use((haystack.length * needle.length) / 32)
  }
}

/** A failure at a place: budget and filter errors, and defects. */
export function failureAt(error: unknown, place: Place, variable: string | null): FindingError {
  if (error instanceof FindingError) return error
  if (error instanceof VariableError) {
    return new FindingError({ place, variable: error.variable, message: error.message })
  }
  if (error instanceof BudgetError) return new FindingError({ place, variable: null, message: error.message })
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new FindingError({ place, variable: null, message: 'Partials are nested too deep' })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new FindingError({ place, variable, message: message.charAt(0).toUpperCase() + message.slice(1) })
}
