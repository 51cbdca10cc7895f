import { z } from 'zod'
import { languageSchema, slugSchema } from '../../engine/model/values.ts'
import { type Colours, colourNames, contrastOf, defaultColours } from './colours.ts'

const colour = z
  .string()
  .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour such as "#7a2e1d" or "#fff"')
const colourUses: { readonly [name in keyof Colours]: string } = {
  paper: 'The page',
  field: 'Behind what is written into a field',
  ink: 'Text',
  soft: 'Hints and small print',
  line: 'Lines',
  accent: 'Links and buttons',
  onAccent: 'Text on buttons. Default: what can be read on the accent',
  alert: 'What is wrong',
}
const palette = z.strictObject(
  Object.fromEntries(colourNames.map((name) => [name, colour.optional().describe(colourUses[name])])) as {
    [name in keyof Colours]: z.ZodOptional<typeof colour>
  },
)

/** What people have to read, on what: WCAG 2.2, 1.4.3 asks for 4.5:1. */
const readable = [
  ['ink', 'paper'],
  ['ink', 'field'],
  ['soft', 'paper'],
  ['accent', 'paper'],
  ['onAccent', 'accent'],
  ['alert', 'paper'],
] as const
const leastContrast = 4.5

/** A path on the host that serves the pages, or an address elsewhere; never a script. */
const place = z
  .string()
  .max(500)
  .regex(/^(https?:\/\/[^\s"'<>]+|\/(?!\/)[^\s"'<>]*)$/, 'must be a web address or a path such as "/imprint"')
const logo = z
  .string()
  .max(200_000)
  .regex(
    /^(\/(?!\/)[^\s"'<>]*|data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+)$/,
    'must be a path on this host such as "/logo.svg", or a data: URI of an image in base64',
  )
const limit = (perHour: number, burst: number) =>
  z
    .strictObject({
      perHour: z.number().positive().default(perHour).describe('How many an hour, on average'),
      burst: z.int().min(1).default(burst).describe('How many may come at once after a quiet time'),
    })
    .prefault({})

export const pageLanguages = ['en', 'de'] as const

/** The public pages: who publishes, how it looks, what people may join and how often. */
export const pagesSchema = z.strictObject({
  title: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe('Stands at the head of every page. Default: the host of publicUrl'),
  language: z.enum(pageLanguages).default('en').describe('Where neither reader nor browser says one'),
  logo: logo.nullable().default(null).describe('A path on the same host, or a data: URI'),
  font: z.enum(['serif', 'sans']).default('serif').describe('Of headings'),
  colours: z
    .strictObject({ light: palette.prefault({}), dark: palette.prefault({}) })
    .prefault({})
    .superRefine((said, context) => {
      for (const scheme of ['light', 'dark'] as const) {
        const colours = coloursOf(said[scheme], scheme)
        for (const [front, back] of readable) {
          const contrast = contrastOf(colours[front], colours[back])
          if (contrast < leastContrast)
            context.addIssue({
              code: 'custom',
              path: [scheme, said[scheme][front] === undefined ? back : front],
              message: `gives ${front} on ${back} a contrast of ${contrast.toFixed(1)}; readers need ${leastContrast}`,
            })
        }
      }
    }),
  imprint: place.nullable().default(null).describe('Where the imprint is'),
  privacy: place.nullable().default(null).describe('Where the privacy notice is'),
  postalAddress: z
    .string()
    .max(500)
    .nullable()
    .default(null)
    .describe('Shown at the foot; lines as they are'),
  lists: z
    .array(slugSchema)
    .max(50)
    .default([])
    .describe('Lists that anybody may see and join. Default: none, and no sign-up form'),
  languages: z
    .array(languageSchema)
    .min(1)
    .max(50)
    .default(['en', 'de'])
    .describe('Those that letters are written in, to choose from on the preferences page'),
  embed: z
    .enum(['off', 'review', 'direct'])
    .default('review')
    .describe('Forms on other sites: refused; shown here once more before they count; or counted at once'),
  proofOfWork: z
    .enum(['none', 'hashcash'])
    .default('none')
    .describe('hashcash: browsers that sign up compute for a moment'),
  proofOfWorkBits: z
    .int()
    .min(8)
    .max(24)
    .default(17)
    .describe('Zero bits a sign-up has to find: 17 are about a second'),
  minFillMs: z.int().min(0).max(60_000).default(2000).describe('Forms sent sooner are asked for again'),
  formMaxAgeMs: z
    .int()
    .min(60_000)
    .default(12 * 3_600_000)
    .describe('Forms older than this are asked for again'),
  limits: z
    .strictObject({
      address: limit(60, 30).describe('Forms from one IP address; an IPv6 network of 64 bits is one'),
      mailbox: limit(2, 3).describe('Mails that forms may cause to one mailbox'),
      unproved: limit(6, 3).describe('With hashcash: sign-ups without proof from one IP address'),
    })
    .prefault({}),
})
export type PagesConfig = z.output<typeof pagesSchema>

/** The defaults with what was said. `onAccent` follows the accent where nobody chose it. */
export function coloursOf(said: PagesConfig['colours']['light'], scheme: 'light' | 'dark'): Colours {
  const colours = { ...defaultColours[scheme], ...said } as Colours
  if (said.accent === undefined || said.onAccent !== undefined) return colours
  const [onAccent] = [defaultColours[scheme].onAccent, '#ffffff', '#111111'].sort(
    (a, b) => contrastOf(b, colours.accent) - contrastOf(a, colours.accent),
  )
  return { ...colours, onAccent: onAccent! }
}
