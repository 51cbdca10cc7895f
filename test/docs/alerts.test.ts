import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileRules } from '../../engine/alerts/rules.ts'
import { alertStates } from '../../engine/model/alert.ts'
import { alertInputSchema } from '../../engine/model/alert-input.ts'
import { alertSettingsSchema } from '../../engine/model/alert-settings.ts'
import { postingStates } from '../../engine/model/notification.ts'

const text = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8')
/** First cells of the tables that have such a head. */
const cells = (head: string): string[] =>
  [...text.matchAll(new RegExp(`^\\| ${head} .*\\n\\| -.*\\n((?:\\|.*\\n)+)`, 'gm'))].flatMap(([, rows]) =>
    [...rows!.matchAll(/^\| (.*?) +\|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    ),
  )

test('the rules in docs/alerts.md are rules', () => {
  const [, block] = /```yaml\n(alerts:\n[\s\S]*?)```/.exec(text)!
  const settings = alertSettingsSchema.parse((parse(block!) as { alerts: unknown }).alerts)
  const compiled = compileRules(settings.rules, { receivers: new Set(Object.keys(settings.receivers)) })
  expect(compiled).toMatchObject({ ok: { inhibitRules: [{ equal: ['site'] }] } })
})

test('docs/alerts.md names every field, every state and every setting', () => {
  expect(cells('field').sort()).toEqual(Object.keys(alertInputSchema.shape).sort())
  expect(cells('state').sort()).toEqual([...alertStates, ...postingStates, 'queued'].sort())
  const said = cells('setting').join(' ')
  for (const name of Object.keys(alertSettingsSchema.shape))
    if (!['retryBaseMs', 'retryCapMs', 'sweepMs'].includes(name)) expect(said).toContain(`alerts.${name}`)
})
