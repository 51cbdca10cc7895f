#!/usr/bin/env node
// Stands in for fpm where there is none: makes a .deb of what electron-builder hands it, by the system's dpkg-deb. It takes the
// arguments that electron-builder gives for a deb, and refuses others.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { ...text, short: 's' },
    t: { ...text, short: 't' },
    d: { ...text, short: 'd', multiple: true },
    force: { type: 'boolean' },
    architecture: text,
    name: text,
    version: text,
    description: text,
    maintainer: text,
    vendor: text,
    url: text,
    license: text,
    package: text,
    'after-install': text,
    'after-remove': text,
    'deb-priority': text,
    'deb-recommends': { ...text, multiple: true },
    'deb-compression': text,
  },
})
if (values.s !== 'dir' || values.t !== 'deb') throw new Error('Only a deb from folders.')
const need = (name: keyof typeof values): string => {
  const value = values[name]
  if (typeof value !== 'string') throw new Error(`--${name} is missing.`)
  return value
}
const root = mkdtempSync(join(tmpdir(), 'broadsheet-deb-'))
for (const pair of positionals) {
  const [from = '', to = ''] = pair.split('=', 2)
  const target = join(root, to)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(from, target, { recursive: statSync(from).isDirectory() })
}
mkdirSync(join(root, 'DEBIAN'))
writeFileSync(
  join(root, 'DEBIAN/control'),
  `Package: ${need('name')}
Version: ${need('version')}
Architecture: ${need('architecture')}
Maintainer: ${need('maintainer')}
Homepage: ${need('url')}
Depends: ${(values.d ?? []).join(', ')}
Recommends: ${(values['deb-recommends'] ?? []).join(', ')}
Description: ${need('description').trim()}
`,
)
for (const [flag, script] of [
  ['after-install', 'postinst'],
  ['after-remove', 'postrm'],
] as const)
  writeFileSync(join(root, 'DEBIAN', script), readFileSync(need(flag)), { mode: 0o755 })
execFileSync('dpkg-deb', ['-Znone', '--root-owner-group', '--build', root, need('package')], {
  stdio: 'inherit',
})
rmSync(root, { recursive: true })
