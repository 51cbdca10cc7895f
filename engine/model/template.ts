import { z } from 'zod'
import type { EpochMs, TemplateId } from './ids.ts'
import { languageSchema, slugSchema } from './values.ts'

export const templateFormats = ['html', 'mjml', 'markdown'] as const
export type TemplateFormat = (typeof templateFormats)[number]

/** `letter`: what a campaign sends. `layout` and `partial`: what letters take in by
 *  `{% layout 'name' %}` and `{% render 'name' %}` / `{% include 'name' %}`. */
export const templateKinds = ['letter', 'layout', 'partial'] as const
export type TemplateKind = (typeof templateKinds)[number]

/** The four parts of a letter, each Liquid source. `text: null` makes the text from the HTML. */
export interface LetterSource {
  readonly subject: string
  readonly preheader: string
  readonly body: string
  readonly text: string | null
}

/** Liquid over HTML, MJML or Markdown. `variants` replace the parts for a language: the subscriber's
 *  full tag is looked up first (`pt-BR`), then its language (`pt`), then the template itself. */
export interface Template extends LetterSource {
  readonly id: TemplateId
  readonly name: string
  readonly kind: TemplateKind
  readonly format: TemplateFormat
  readonly variants: { readonly [language: string]: LetterSource }
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** A template as it was written once, by its name of then. */
export interface TemplateVersion extends Omit<Template, 'id' | 'createdAt' | 'updatedAt'> {
  readonly at: EpochMs
  /** Null: not known, as of what was written before versions were kept. */
  readonly author: string | null
}

/** What a list says of a version. */
export interface TemplateVersionHead
  extends Pick<TemplateVersion, 'version' | 'at' | 'author' | 'name' | 'subject'> {
  /** Of all its parts, as JSON. */
  readonly bytes: number
}

const maxSource = 500_000
const letterSourceSchema = z.strictObject({
  subject: z.string().max(2000).default(''),
  preheader: z.string().max(2000).default(''),
  body: z.string().max(maxSource),
  text: z.string().max(maxSource).nullable().default(null),
})

export const templateInputSchema = z.strictObject({
  name: slugSchema,
  kind: z.enum(templateKinds).default('letter'),
  format: z.enum(templateFormats).default('html'),
  ...letterSourceSchema.shape,
  variants: z.record(languageSchema, letterSourceSchema).default({}),
})
export type TemplateInput = z.infer<typeof templateInputSchema>

/** All that a publication's letters are compiled from, frozen when it starts: later edits of the
 *  template change nothing that is already going out. */
export interface TemplateBundle {
  readonly template: Pick<Template, 'name' | 'format' | 'variants' | keyof LetterSource>
  /** Layouts and partials by name. */
  readonly partials: { readonly [name: string]: { readonly format: TemplateFormat; readonly body: string } }
  /** What names of assets meant, as paths behind a public address (`/i/<hash>/logo.png`): a name may mean other bytes
   *  later. Left out by publications of before there were any. */
  readonly assets?: { readonly [name: string]: string }
}
