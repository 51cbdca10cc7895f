import { z } from 'zod'
import {
  type Template,
  templateFormats,
  templateInputSchema,
  templateKinds,
} from '../../../engine/model/template.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { keptShape } from '../reply/kept.ts'
import { problems } from '../reply/problem.ts'

const sourceShape = {
  subject: z.string(),
  preheader: z.string(),
  body: z.string(),
  text: z.string().nullable().describe('Null: made from the HTML.'),
}

export const templateSchema = z.object({
  ...keptShape<Template['id']>(),
  kind: z.enum(templateKinds),
  format: z.enum(templateFormats),
  ...sourceShape,
  variants: z.record(z.string(), z.object(sourceShape)).describe('By language.'),
})

export const templateProblemSchema = z
  .object({
    template: z.string(),
    part: z.enum(['subject', 'preheader', 'body', 'text']),
    language: z.string().nullable(),
    line: z.number().int(),
    column: z.number().int(),
    variable: z.string().nullable(),
    message: z.string(),
  })
  .describe('A place in a template that is wrong. Lines and columns count from 1.')

// Two sources of 500,000 characters and their language variants.
const bodyLimitBytes = 2_097_152

export function templateRoutes(app: Api, parts: Parts): void {
  collectionRoutes(app, parts, {
    noun: 'template',
    tag: 'Templates',
    scopes: { read: 'content:read', write: 'content:write' },
    collection: parts.engine.store.templates,
    input: templateInputSchema,
    view: templateSchema,
    bodyLimitBytes,
    removal: 'What is already going out keeps its own copy.',
  })

  app.route({
    method: 'POST',
    url: '/templates/check',
    config: { scope: 'content:read' },
    bodyLimit: bodyLimitBytes,
    schema: {
      ...operation('Templates', 'Check a template without keeping it', 'No problems: it compiles.'),
      body: templateInputSchema,
      response: { 200: z.object({ problems: z.array(templateProblemSchema) }), ...problems('write') },
    },
    handler: async (request) => ({ problems: [...(await parts.engine.checkTemplate(request.body))] }),
  })
}
