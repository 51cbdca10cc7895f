import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { read, root, unknownVariables } from './files.ts'

interface Step {
  readonly does: string
  readonly rest: string
}
const dockerfile = read('Dockerfile')
/** Instructions, continued lines joined. */
const steps: readonly Step[] = dockerfile
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, does = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    return { does, rest }
  })
const of = (instruction: string) => steps.filter(({ does }) => does === instruction).map(({ rest }) => rest)
/** Those of the image that runs: after the last FROM. */
const last = steps.slice(steps.findLastIndex(({ does }) => does === 'FROM'))

test('every line is an instruction that Docker knows', () => {
  const known = 'ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK RUN USER VOLUME WORKDIR'.split(' ')
  expect(steps.filter(({ does }) => !known.includes(does))).toEqual([])
})

test('the context is what the build needs and nothing else', () => {
  const [all, ...kept] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(all).toBe('*')
  const paths = kept.map((line) => line.replace(/^!/, ''))
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  // What the compiler is given, and what is copied by name.
  const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] }
  const named = of('COPY')
    .filter((rest) => !rest.includes('--from='))
    .flatMap((rest) => rest.split(/\s+/).slice(0, -1))
    .filter((path) => path !== '.')
  for (const path of [...include, ...named]) expect(paths).toContain(path)
  for (const secret of ['.env', 'broadsheet-data', 'deploy', '.git']) expect(paths).not.toContain(secret)
})

test('what is copied from a stage was made in it', () => {
  const stages = of('FROM').flatMap((rest) => /AS (\w+)$/.exec(rest)?.slice(1) ?? [])
  for (const rest of of('COPY')) {
    const from = /--from=(\w+)/.exec(rest)?.[1]
    if (from !== undefined) expect(stages).toContain(from)
  }
  expect(of('RUN')).toEqual(
    expect.arrayContaining(['npm ci', 'npm run build', 'npm ci --omit=dev --omit=optional']),
  )
})

test('it runs on Node 24, as nobody of importance, under an init, and says whether it lives', () => {
  expect(of('ARG')).toEqual([expect.stringMatching(/^NODE=24\b/)])
  expect(of('FROM').every((rest) => rest.startsWith(`node:$${'{NODE}'}`))).toBe(true)
  const users = last.filter(({ does }) => does === 'USER')
  expect(users).toEqual([{ does: 'USER', rest: 'node' }])
  const after = last.slice(last.indexOf(users[0]!))
  expect(after.some(({ does }) => does === 'RUN' || does === 'COPY')).toBe(false)
  const exec = (instruction: string) =>
    JSON.parse(last.find(({ does }) => does === instruction)!.rest.replace(/^[^[]*/, '')) as string[]
  expect(exec('ENTRYPOINT').slice(0, 2)).toEqual(['tini', '--'])
  expect(exec('CMD')).toEqual(['serve'])
  expect(exec('HEALTHCHECK').at(-1)).toContain('/livez')
  expect(unknownVariables(dockerfile)).toEqual([])
})
