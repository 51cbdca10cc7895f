import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { pluginLimitsSchema } from '../../app/plugins/grant.ts'
import { never, openStaged, post, posts, startOtherSide, temporaryFolder } from '../app/plugins/stage.ts'

const root = resolve(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/plugins.md'), 'utf8')
const block = (language: string, containing: string): string => {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code!,
  )
  const found = blocks.find((code) => code.includes(containing))
  if (found === undefined) throw new Error(`no block with ${containing}`)
  return found
}

test('the channel and the manifest of the page work as they stand there', async () => {
  const folder = join(temporaryFolder(), 'pager')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  writeFileSync(join(folder, 'index.ts'), block('ts', 'export default defineChannel'))
  const manifest = JSON.parse(block('json', '"broadsheet-pager"')) as { broadsheet: { addresses: string[] } }
  const other = await startOtherSide()
  manifest.broadsheet.addresses = [other.address]
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const { lane } = await openStaged(folder, {
    settings: { url: other.url, token: 'let-me-in', rooms: ['desk'] },
    setting: { env: ['PAGER_REGION'], addresses: [other.address] },
  })
  expect(await lane.send(posts(post(1)), never())).toMatchObject([{ id: 1, status: 'sent', code: '200' }])
  expect(other.received).toMatchObject([{ text: expect.stringContaining('Post 1') }])
  expect(await lane.probe(never())).toEqual({ ok: true, detail: 'answers 200' })
})

test('the limits of the page are those of the settings', () => {
  const documented = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value!.replaceAll(',', '')),
  ])
  expect(Object.fromEntries(documented)).toEqual(pluginLimitsSchema.parse({}))
})
