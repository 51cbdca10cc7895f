import { z } from 'zod'

/** Refusals as Alertmanager gives them: a JSON text. */
export const said = (...statuses: readonly number[]) =>
  Object.fromEntries(
    [...new Set([...statuses, 401, 403, 429, 500, 503])].map((status) => [
      status,
      {
        description: 'What is wrong, as a text.',
        content: { 'application/json': { schema: z.string() } },
      },
    ]),
  )
