import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import type { TemplateId } from '../../../engine/model/ids.ts'
import {
  type Template,
  templateFormats,
  templateInputSchema,
  templateKinds,
} from '../../../engine/model/template.ts'
import { addressSchema } from '../../../engine/model/values.ts'
import { keptTemplateVersions } from '../../../engine/ports/templates.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { previewSchema } from '../reply/campaign-views.ts'
import { keptShape, timeOf } from '../reply/kept.ts'
import { byIdOrName, idOrNameParams, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { callerOf, permitAll } from '../request/authorise.ts'

const sourceShape = {
  subject: z.string(),
  preheader: z.string(),
  body: z.string(),
  text: z.string().nullable().describe('Null: made from the HTML.'),
}

const partsShape = {
  kind: z.enum(templateKinds),
  format: z.enum(templateFormats),
  ...sourceShape,
  variants: z.record(z.string(), z.object(sourceShape)).describe('By language.'),
}

export const templateSchema = z.object({ ...keptShape<Template['id']>(), ...partsShape })

const versionShape = {
  version: z.number().int(),
  at: timeOf(),
  author: z
    .string()
    .nullable()
    .describe(
      'Who wrote it, by the name of then: of a user or a key. Null: written before versions were kept.',
    ),
  name: z.string().describe('As it was then.'),
}
const versionHeadSchema = z.object({
  ...versionShape,
  subject: z.string(),
  bytes: z.number().int().describe('Of all its parts, as JSON.'),
})
const templateVersionSchema = z.object({ ...versionShape, ...partsShape })

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

const previewInputSchema = z.strictObject({
  template: templateInputSchema,
  address: addressSchema.optional().describe('Who gets it; left out: somebody of whom nothing is known.'),
  data: campaignInputSchema.shape.data.describe('Seen by the template as `campaign.data`.'),
})
const versionParams = idOrNameParams.extend({
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be a version, e.g. 3')
    .transform(Number),
})
// RFC 2606: it is nobody's.
const sampleAddress = 'reader@example.com'

// Two sources of 500,000 characters and their language variants.
const bodyLimitBytes = 2_097_152

export function templateRoutes(app: Api, parts: Parts): void {
  const { templates } = parts.engine.store
  const find = (idOrName: string): Promise<Template> =>
    byIdOrName('template', idOrName, {
      get: (id) => templates.get(id as TemplateId),
      byName: async (name) => (await templates.byName([name]))[0] ?? null,
    })

  collectionRoutes(app, parts, {
    noun: 'template',
    tag: 'Templates',
    scopes: { read: 'content:read', write: 'content:write' },
    collection: templates,
    input: templateInputSchema,
    view: templateSchema,
    bodyLimitBytes,
    removal: 'What is already going out keeps its own copy.',
  })

  app.route({
    method: 'GET',
    url: '/templates/:idOrName/versions',
    config: { scope: 'content:read' },
    schema: {
      ...operation(
        'Templates',
        'List what a template was',
        `Newest first; the first is the present one. The newest ${keptTemplateVersions} are kept. To go back to one, replace the template by its parts.`,
      ),
      params: idOrNameParams,
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(versionHeadSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { limit, after } = request.query
      const { id: templateId } = await find(request.params.idOrName)
      const before = after === 0 ? null : after
      return toPage(await templates.versions({ templateId, before, limit }), (row) => row)
    },
  })

  app.route({
    method: 'GET',
    url: '/templates/:idOrName/versions/:version',
    config: { scope: 'content:read' },
    schema: {
      ...operation('Templates', 'Read a template as it was'),
      params: versionParams,
      response: { 200: templateVersionSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { idOrName, version } = request.params
      const template = await find(idOrName)
      const found = await templates.version(template.id, version)
      if (found === null) throw noVersion(template, version)
      return found
    },
  })

  app.route({
    method: 'POST',
    url: '/templates/check',
    config: { scope: 'content:read', idempotent: false },
    bodyLimit: bodyLimitBytes,
    schema: {
      ...operation('Templates', 'Check a template without keeping it', 'No problems: it compiles.'),
      body: templateInputSchema,
      response: { 200: z.object({ problems: z.array(templateProblemSchema) }), ...problems('write') },
    },
    handler: async (request) => ({ problems: [...(await parts.engine.checkTemplate(request.body))] }),
  })

  app.route({
    method: 'POST',
    url: '/templates/preview',
    config: { scope: 'content:read' },
    bodyLimit: bodyLimitBytes,
    schema: {
      ...operation(
        'Templates',
        'Preview a template without keeping it',
        'A letter with the newest items. With `address` as somebody would get it, with their own data where they are known; that needs ' +
          '`subscribers:read`, too. Layouts and partials are shown as if they were letters.',
      ),
      body: previewInputSchema,
      response: { 200: previewSchema, ...problems('write', 'E_RENDER') },
    },
    handler: async (request) => {
      const { template, address, data } = request.body
      if (address !== undefined) permitAll(await callerOf(request, parts.auth), ['subscribers:read'])
      return parts.engine.previewTemplate(template, { address: address ?? sampleAddress, data })
    },
  })
}

const noVersion = ({ name, version: present }: Template, version: number): BroadsheetError =>
  new BroadsheetError(
    'E_NOT_FOUND',
    version > present
      ? `There is no version ${version} of the template "${name}" yet: the present one is ${present}.`
      : `Version ${version} of the template "${name}" is not kept: the newest ${keptTemplateVersions} are. GET /api/v1/templates/${name}/versions lists them.`,
  )
