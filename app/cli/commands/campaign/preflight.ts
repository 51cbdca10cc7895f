import type { PreflightReport } from '../../../../engine/engine.ts'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { Cli } from '../../cli.ts'
import type { Client } from '../../daemon/client.ts'
import { pathTo } from '../../daemon/find.ts'
import { count, many, plain } from '../../terminal/format.ts'
import { showLines } from '../../terminal/preflight-lines.ts'
import { createProgress } from '../../terminal/progress.ts'

const shownFailures = 20

/** Render for the whole audience and tell whose letter would fail. */
export async function runPreflight(cli: Cli, client: Client, campaign: Campaign): Promise<void> {
  const bar = createProgress(cli.options.json ? cli.stdout : cli.stderr, {
    json: cli.options.json,
    label: `${campaign.name}, sending none`,
  })
  const report = await client
    .work<{ done: number; audience: number }, PreflightReport>(
      pathTo('campaigns', campaign.id, '/preflight'),
      {},
      ({ done, audience: total }) => bar.update({ done, total }),
    )
    .finally(() => bar.finish())
  const { audience, ok, skipped, failed, failures, lines } = report
  if (failed > 0 || lines.some(({ status }) => status === 'blocked')) cli.exit('partial')
  if (cli.options.json) {
    for (const failure of failures) cli.result({ type: 'failure', ...failure }, () => '')
    for (const line of lines) cli.result({ type: 'line', ...line }, () => '')
    cli.result({ type: 'result', audience, ok, skipped, failed }, () => '')
    return
  }
  const mark = failed === 0 ? cli.style('green', '✓') : cli.style('red', '✗')
  const passed = skipped === 0 ? '' : `, ${count(skipped)} skipped for want of items`
  cli.say(
    `${mark} ${many(audience, 'recipient')}: ${many(ok, 'letter')} would go out${passed}, ${count(failed)} would fail`,
  )
  for (const { address, problem } of failures.slice(0, shownFailures)) {
    const { template, part, line, column, message } = problem
    cli.say(
      `  ${address}  ${cli.style('dim', `${template}, ${part}, line ${line}, column ${column}:`)} ${plain(message)}`,
    )
  }
  if (failed > shownFailures)
    cli.remark(
      `  ... and ${count(failed - shownFailures)} more; --json names ${failed > failures.length ? 'the first 1,000' : 'all'}`,
    )
  cli.say()
  showLines(cli, lines)
}
