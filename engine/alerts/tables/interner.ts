/** Things that many share, by a text: each is made once, has a small number, and goes with the last that lets go. */
export interface Interner<T> {
  /** How many there are. */
  readonly size: number
  /** Numbers are below it. */
  readonly limit: number
  /** One more holds it; it is made when there is none. */
  take(text: string, make: () => T): number
  /** One less does. */
  drop(number: number): void
  find(text: string): number | undefined
  at(number: number): T
}

export function createInterner<T>(): Interner<T> {
  const numbers = new Map<string, number>()
  const entries: ({ readonly text: string; readonly value: T; holders: number } | null)[] = []
  const free: number[] = []
  return {
    get size() {
      return numbers.size
    },
    get limit() {
      return entries.length
    },
    take(text, make) {
      let number = numbers.get(text)
      if (number === undefined) {
        number = free.pop() ?? entries.length
        entries[number] = { text, value: make(), holders: 0 }
        numbers.set(text, number)
      }
      entries[number]!.holders++
      return number
    },
    drop(number) {
      const entry = entries[number]!
      entry.holders--
      if (entry.holders > 0) return
      numbers.delete(entry.text)
      entries[number] = null
      free.push(number)
    },
    find: (text) => numbers.get(text),
    at: (number) => entries[number]!.value,
  }
}
