export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

/** The lines of a byte stream that have something in them. */
export async function* lines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  for await (const line of rawLines(source)) if (line !== '') yield line
}

/** WHATWG "text/event-stream": comments and unknown fields are left out. */
export async function* serverSentEvents(
  source: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<ServerSentEvent> {
  let event = 'message'
  let id: string | null = null
  let data: string[] = []
  for await (const line of rawLines(source)) {
    if (line === '') {
      if (data.length > 0) yield { event, data: data.join('\n'), id }
      event = 'message'
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = value
  }
}

async function* rawLines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const parts = rest.split(/\r?\n/)
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}
