import { RE2JS } from 're2js'
import { z } from 'zod'
import { bounceClasses } from './rollup.ts'

/** What is done about a bounce. `suppress`: the address is never mailed again. `count`: one more of those that suppress it when
 *  they are too many. `note`: it is told and nothing else, the address is not to blame. `ignore`: as if it had not come. */
export const bounceActions = ['suppress', 'count', 'note', 'ignore'] as const
export type BounceAction = (typeof bounceActions)[number]

const status = z
  .string()
  .regex(/^[245*]\.(\d{1,3}|\*)\.(\d{1,3}|\*)$/, 'must be an enhanced status, e.g. "5.1.1" or "5.7.*"')
const smtp = z.string().regex(/^[45][0-9x]{2}$/, 'must be three digits of a reply, e.g. "550" or "55x"')
const phrase = z.string().trim().min(3).max(200)
const domain = z
  .string()
  .toLowerCase()
  .regex(/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/, 'must be a domain, e.g. "example.org" or "*.example.org"')
const pattern = z
  .string()
  .min(1)
  .max(300)
  .refine((text) => {
    try {
      RE2JS.compile(text)
      return true
    } catch {
      return false
    }
  }, 'must be a regular expression as RE2 has them')

const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(300)])

/** A line of the table: everything that it says must hold; of several values of one thing, one. The first line that fits counts. */
export const bounceRuleSchema = z
  .strictObject({
    name: z.string().min(1).max(80).optional().describe('Shown where it decided'),
    status: oneOrMore(status).optional().describe('Enhanced status (RFC 3463); `*` stands for any number'),
    smtp: oneOrMore(smtp).optional().describe('Reply code; `x` stands for any digit'),
    text: oneOrMore(phrase).optional().describe('Words that the answer holds, in any case'),
    pattern: pattern.optional().describe('RE2, in any case'),
    domain: oneOrMore(domain).optional().describe("The recipient's"),
    class: z.enum(bounceClasses).describe('What kind of bounce it is'),
    action: z
      .enum(bounceActions)
      .optional()
      .describe('Default: by its class: hard suppresses, soft and full count, block and policy are noted'),
  })
  .refine(
    (rule) => ['status', 'smtp', 'text', 'pattern', 'domain'].some((name) => Object.hasOwn(rule, name)),
    'must say when it applies: status, smtp, text, pattern or domain',
  )
export type BounceRule = z.infer<typeof bounceRuleSchema>
