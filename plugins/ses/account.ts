import { z } from 'zod'
import { parse } from './classify.ts'

/** What SES allows an account in a region: `GET /v2/email/account`. */
export interface Account {
  /** Letters a second. */
  readonly maxRate: number
  /** Letters in 24 hours; null: no limit. */
  readonly dailyQuota: number | null
  readonly sentToday: number
  /** In production; else it sends to verified addresses only. */
  readonly production: boolean
  readonly enabled: boolean
  /** HEALTHY, PROBATION, SHUTDOWN. */
  readonly standing: string | null
}

const schema = z.object({
  SendingEnabled: z.boolean(),
  ProductionAccessEnabled: z.boolean(),
  EnforcementStatus: z.string().optional(),
  SendQuota: z.object({
    // -1: no limit.
    Max24HourSend: z.number(),
    MaxSendRate: z.number().positive(),
    SentLast24Hours: z.number(),
  }),
})

export function readAccount(text: string): Account | null {
  const result = schema.safeParse(parse(text))
  if (!result.success) return null
  const { SendQuota: quota, SendingEnabled, ProductionAccessEnabled, EnforcementStatus } = result.data
  return {
    maxRate: quota.MaxSendRate,
    dailyQuota: quota.Max24HourSend < 0 ? null : quota.Max24HourSend,
    sentToday: quota.SentLast24Hours,
    production: ProductionAccessEnabled,
    enabled: SendingEnabled,
    standing: EnforcementStatus ?? null,
  }
}

/** What a probe says of it. Not ok where nothing would be taken. */
export function describeAccount(
  account: Account,
  at: string,
): { readonly ok: boolean; readonly detail: string } {
  const { maxRate, dailyQuota, sentToday, production, enabled, standing } = account
  const used = `${sentToday.toLocaleString('en')} of ${dailyQuota?.toLocaleString('en') ?? 'any number'}`
  if (!enabled)
    return { ok: false, detail: `${at}: sending is paused for this account (${standing ?? 'no reason'}).` }
  if (dailyQuota !== null && sentToday >= dailyQuota)
    return { ok: false, detail: `${at}: the quota of 24 hours is used up (${used} letters).` }
  const sandbox = production ? '' : '; in the sandbox: to verified addresses only'
  const review = standing === 'PROBATION' ? '; under review by AWS' : ''
  return {
    ok: true,
    detail: `${at}: ${maxRate} letters a second, ${used} sent in 24 hours${sandbox}${review}`,
  }
}
