import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodes } from '../../app/cli/exit.ts'
import { read, root, unknownVariables } from './files.ts'

const path = 'deploy/systemd/broadsheet.service'
const unit = read(path)
const values = (name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value)

test('the unit starts once the program runs, stops as it asks, and gives up where starting again is no use', () => {
  expect(values('Type')).toEqual(['exec'])
  expect(Number(values('TimeoutStopSec')[0])).toBeGreaterThan(10)
  const { usage, config, corrupt } = exitCodes
  expect(values('RestartPreventExitStatus')).toEqual([`${usage} ${config} ${corrupt}`])
  expect(unknownVariables(unit)).toEqual([])
})

test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('systemd knows every line of it', () => {
  const said = execFileSync('systemd-analyze', ['verify', join(root, path)], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
  expect(said).toBe('')
})
