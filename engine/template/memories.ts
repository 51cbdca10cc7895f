// Titles, summaries and addresses of images are the same in letter after letter. A subscriber's own values are
// not remembered (see generate.ts); what else differs every time is forgotten with the rest now and then.
const maxEntries = 1000
const maxChars = 4_000_000
const minLength = 24
const maxLength = 4000

/** Short values are made faster than found, long ones are rare. */
export const isMemorable = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= minLength && value.length <= maxLength

/** What values became at the places of a letter, bounded over all of them. */
export class Memories {
  private readonly all: { clear(): void }[] = []
  private chars = 0

  open<T>(): Map<string, T> {
    const memory = new Map<string, T>()
    this.all.push(memory)
    return memory
  }

  keep<T>(memory: Map<string, T>, value: string, made: T, size: number): void {
    this.chars += value.length + size
    if (this.chars > maxChars) {
      for (const one of this.all) one.clear()
      this.chars = value.length + size
    } else if (memory.size >= maxEntries) memory.clear()
    memory.set(value, made)
  }
}
