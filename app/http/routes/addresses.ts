import { z } from 'zod'
import { type AddressChecker, checkNames } from '../../../engine/audience/address-check.ts'
import { parseAddress } from '../../../engine/model/address.ts'
import { type Api, operation } from '../api.ts'
import { problems } from '../reply/problem.ts'

/** What is odd about an address. */
export function addressRoutes(app: Api, checker: AddressChecker): void {
  app.route({
    method: 'GET',
    url: '/addresses/check',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(
        'Addresses',
        'Check an address',
        'Its syntax always; role accounts, disposable domains and likely typos unless `checks` says otherwise; `mx` asks the name service.',
      ),
      querystring: z.strictObject({
        address: z.string().max(400),
        checks: z
          .string()
          .max(100)
          .transform((text) => text.split(','))
          .pipe(z.array(z.enum(checkNames)))
          .default(['role', 'disposable', 'typo'])
          .describe(`Some of ${checkNames.join(', ')}, separated by commas.`),
      }),
      response: {
        200: z.object({
          address: z.string().nullable().describe('As it would be stored; null when it is none.'),
          valid: z.boolean(),
          problem: z.string().nullable().describe('What is wrong with its syntax.'),
          findings: z
            .array(
              z.object({ check: z.enum(checkNames), message: z.string(), suggestion: z.string().optional() }),
            )
            .readonly(),
        }),
        ...problems('read'),
      },
    },
    handler: async (request) => {
      const { address, checks } = request.query
      const parsed = parseAddress(address)
      if ('error' in parsed) return { address: null, valid: false, problem: parsed.error, findings: [] }
      const findings = await checker.check(parsed.ok, new Set(checks))
      return { address: parsed.ok, valid: true, problem: null, findings }
    },
  })
}
