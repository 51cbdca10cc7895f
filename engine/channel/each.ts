import type { Outcome, Post } from './index.ts'

/** Send posts one by one, those of one place in their order, of `parallel` places at the same time: what a `send` without
 *  batches on the other side does. Of what has not begun when `signal` fires nothing leaves. A throw of `post` is a bug: its
 *  outcome is `unknown`. */
export async function sendEach(
  batch: readonly Post[],
  signal: AbortSignal,
  parallel: number,
  post: (post: Post) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const places = [...Map.groupBy(batch, ({ to }) => to).values()].values()

  const one = async (each: Post): Promise<Outcome> => {
    const { id } = each
    if (signal.aborted)
      return { id, status: 'unsent', code: 'aborted', detail: 'Stopped before it was sent.' }
    try {
      return await post(each)
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, 500) : 'It failed.'
      return { id, status: 'unknown', code: 'bug', detail }
    }
  }
  const lane = async () => {
    for (const place of places) for (const each of place) outcomes.push(await one(each))
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return outcomes
}
