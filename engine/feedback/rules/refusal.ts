import { domainOf } from '../../model/address.ts'
import { smtpIn, statusIn } from '../codes.ts'
import type { Judge, Verdict } from './judge.ts'

/** What a channel's refusal says of the address. `code`: `550 5.1.1`, or a word of the channel's own. `suppress`: what the
 *  channel makes of it, which counts where the table has no line for it. Null: nothing that could be held against it. */
export function verdictOfRefusal(
  judge: Judge,
  refusal: { readonly code: string; readonly detail: string; readonly suppress: boolean },
  address: string | null,
): Verdict | null {
  const { code, detail, suppress } = refusal
  const smtp = smtpIn(code)
  const status = statusIn(code)
  // A channel with words of its own knows them better than a table of SMTP's.
  if (smtp === null && status === null) return suppress ? judge.of('hard') : null
  const domain = address === null ? null : domainOf(address)
  const verdict = judge({ status, smtp, text: detail, domain })
  return verdict.rule === null && suppress ? judge.of('hard') : verdict
}
