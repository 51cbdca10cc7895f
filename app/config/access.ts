import { z } from 'zod'

const hourMs = 3_600_000

const limit = (perHour: number, burst: number) =>
  z
    .strictObject({
      perHour: z.number().positive().default(perHour).describe('How many an hour, on average'),
      burst: z.int().min(1).default(burst).describe('How many may come at once after a quiet time'),
    })
    .prefault({})

/** Who signs in, and for how long. The defaults are those of NIST SP 800-63B-4 for its level 2. */
export const accessSchema = z.strictObject({
  idleMs: z
    .int()
    .min(60_000)
    .default(hourMs)
    .describe('Somebody signed in who asks for nothing for so long has to sign in again'),
  longestMs: z
    .int()
    .min(60_000)
    .default(24 * hourMs)
    .describe('However busy, so long after signing in one has to do it again'),
  invitationMs: z
    .int()
    .min(60_000)
    .default(72 * hourMs)
    .describe('Tokens to choose a password are good for so long'),
  failures: z
    .strictObject({
      account: limit(60, 20).describe('Wrong passwords and codes for one account, from anywhere'),
      both: limit(12, 5).describe(
        'The same from one address; `http.limits.signIn` counts attempts for any account',
      ),
    })
    .prefault({}),
})
export type AccessConfig = z.output<typeof accessSchema>
