import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { issuesOf } from '../reply/problem.ts'

const prefixes: { readonly [part: string]: string } = {
  querystring: 'query',
  params: 'path',
  headers: 'header',
}

/** Parse a part of a request by its schema. What does not fit is refused with every place that is wrong. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const prefix = httpPart === undefined ? undefined : prefixes[httpPart]
  return (value: unknown) => {
    const result = schema.safeParse(value)
    if (result.success) return { value: result.data }
    const issues = issuesOf(result.error.issues, prefix === undefined ? [] : [prefix])
    const told = issues
      .slice(0, 3)
      .map(({ path, message }) => `${path === '' ? 'the body' : path} ${message}`)
    const more = issues.length > 3 ? `; and ${issues.length - 3} more` : ''
    return { error: new BroadsheetError('E_INPUT', `${told.join('; ')}${more}.`, { issues }) }
  }
}
