import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createRouter } from '../../../engine/alerts/router.ts'
import { compileRules } from '../../../engine/alerts/rules.ts'
import type { RouteInput } from '../../../engine/model/alert-rules.ts'
import { findAlertmanager } from '../../servers/alertmanager.ts'

const amtool = findAlertmanager('amtool')
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-amtool-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const labelName = fc.constantFrom('team', 'zone', 'job')
const labelValue = fc.constantFrom('db', 'web', 'eu-1', '', 'db|web', 'a "b"')
const pattern = fc.constantFrom('db|web', 'd.*', '.+', '', 'eu-[0-9]', '(?i)DB', '[^d]*', '\\w+', '(db')
/** Also what no configuration may hold. */
const matcherText = fc.oneof(
  fc
    .tuple(labelName, fc.constantFrom('=', '!='), labelValue)
    .map(([name, operator, value]) => `${name}${operator}${JSON.stringify(value)}`),
  fc
    .tuple(labelName, fc.constantFrom('=~', '!~'), pattern)
    .map(([name, operator, value]) => `${name}${operator}${JSON.stringify(value)}`),
  fc.constantFrom('team=db', '{team="db", zone!="eu-1"}', 'zone =~ eu-.', 'job', 'job="a"b"'),
)
const labels = fc.dictionary(
  labelName,
  labelValue.filter((value) => value !== ''),
  { minKeys: 1 },
)

const { node } = fc.letrec<{ node: RouteInput }>((tie) => ({
  node: fc.record({
    matchers: fc.option(fc.array(matcherText, { maxLength: 2 }), { nil: undefined }),
    match: fc.option(fc.dictionary(labelName, labelValue, { maxKeys: 1 }), { nil: undefined, freq: 1 }),
    match_re: fc.option(
      fc.dictionary(
        labelName,
        pattern.filter((text) => text !== '(db'),
        { maxKeys: 1 },
      ),
      { nil: undefined, freq: 1 },
    ),
    continue: fc.boolean(),
    routes: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
  }),
}))

/** Each node gets a receiver of its own, so that the receivers say which nodes were found. */
function named(route: RouteInput, receivers: string[], path = 'r'): RouteInput {
  receivers.push(path)
  const routes = (route.routes ?? []).map((child, i) => named(child, receivers, `${path}.${i}`))
  return { ...route, receiver: path, routes }
}

/** The receivers that it finds; null when it refuses the file. */
async function ask(file: string, labels: Readonly<Record<string, string>>): Promise<string[] | null> {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  try {
    const { stdout } = await run(amtool!, ['config', 'routes', 'test', `--config.file=${file}`, ...pairs])
    return stdout.trim().split(',')
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    if (stderr === undefined) throw error
    return null
  }
}

test.skipIf(amtool === null)(
  'routes are found where amtool finds them, and refused where it refuses',
  async () => {
    let count = 0
    const seen = { refused: 0, several: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(node, { minLength: 1, maxLength: 4 }),
        fc.array(labels, { minLength: 3, maxLength: 3 }),
        async (children, alerts) => {
          const names: string[] = []
          const route = named({ routes: children }, names)
          const file = join(folder, `${count++}.yml`)
          writeFileSync(file, stringify({ route, receivers: names.map((name) => ({ name })) }))
          const compiled = compileRules({ route }, { receivers: new Set(names) })
          const router = 'ok' in compiled ? createRouter(compiled.ok) : null
          for (const alert of alerts) {
            const own = router?.route(alert).map(({ receiver }) => receiver) ?? null
            expect(await ask(file, alert)).toEqual(own)
            if (own === null) seen.refused++
            else if (own.length > 1) seen.several++
          }
        },
      ),
      { numRuns: 60 },
    )
    // Otherwise it compared nothing worth comparing.
    expect(Math.min(seen.refused, seen.several)).toBeGreaterThan(3)
  },
)
