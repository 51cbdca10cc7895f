import { z } from 'zod'

const domain = z.string().regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/, 'must be a domain name, e.g. "example.org"')

/** What is looked at before a campaign goes to many. */
export const preflightSettingsSchema = z.strictObject({
  mode: z
    .enum(['off', 'warn', 'block'])
    .default('warn')
    .describe(
      'When a campaign is started or scheduled: "block" refuses where a line is blocked, "warn" says so in the log, "off" does not look',
    ),
  minAudience: z
    .int()
    .min(0)
    .default(5000)
    .describe(
      'Campaigns to fewer people are not looked at when they start; 5,000 a day is what Gmail calls bulk',
    ),
  ignore: z.array(z.string().max(64)).max(100).default([]).describe('Rules that are left out, by their ids'),
  postalAddress: z
    .string()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe(
      'The postal address that letters have to show; a campaign\'s own "sender.postalAddress" goes before it',
    ),
  outgoing: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(50)
    .default([])
    .describe('IP addresses that receivers see letters come from, for SPF and names of hosts'),
  relayKeys: z
    .array(
      z.strictObject({
        domain: domain.describe('The "d=" of its signatures'),
        selector: z
          .string()
          .regex(/^[a-z0-9][a-z0-9._-]*$/i)
          .describe('The "s=" of its signatures'),
      }),
    )
    .max(20)
    .default([])
    .describe('DKIM keys of a relay that signs what leaves here unsigned'),
})
export type PreflightSettings = z.infer<typeof preflightSettingsSchema>
