/** A source whose beginning was looked at. */
export interface Peeked {
  /** At least as many bytes as were asked for, or all there are. */
  readonly head: Buffer
  /** Everything, the head included. Read it once. */
  readonly whole: AsyncIterable<Uint8Array>
}

/** Look at the first `count` bytes of a source, and what came with them. */
export async function peek(source: AsyncIterable<Uint8Array>, count: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  const held: Buffer[] = []
  let length = 0
  let ended = false
  while (length < count && !ended) {
    const next = await iterator.next()
    if (next.done === true) ended = true
    else {
      // A copy: the source may reuse its memory before this is read.
      held.push(Buffer.from(next.value))
      length += next.value.length
    }
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* held
      held.length = 0
      if (ended) return
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { head: Buffer.concat(held), whole: whole() }
}
