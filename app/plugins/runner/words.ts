/** What was thrown, in words, whatever it is: plugins throw strings, numbers and objects whose `message` throws. */
export function wordsOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      const cause = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : ''
      return `${thrown.name === 'Error' ? '' : `${thrown.name}: `}${thrown.message}${cause}`.slice(0, 1000)
    }
    return `threw ${typeof thrown === 'string' ? `"${thrown}"` : (JSON.stringify(thrown) ?? String(thrown))}`.slice(
      0,
      1000,
    )
  } catch {
    return 'threw something that cannot be shown'
  }
}
