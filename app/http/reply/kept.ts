import { z } from 'zod'

/** An id in an answer, with the type that the engine gives it. */
export const idOf = <Id extends number>() =>
  z.custom<Id>((value) => Number.isInteger(value)).meta({ type: 'integer' })

export const timeOf = () => z.number().int().describe('Milliseconds since 1970-01-01T00:00:00Z.')

/** What every kept document has. */
export const keptShape = <Id extends number>() => ({
  id: idOf<Id>(),
  name: z.string(),
  version: z.number().int().describe('Rises with every change; its ETag is this in quotes.'),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})
