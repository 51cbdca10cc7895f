import { readFileSync } from 'node:fs'
import { cell } from '../reference/cell.ts'
import { floors } from './floors.ts'

/** Of a package in package-lock.json, what is read here. */
export interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
}

/** Licences that ask for no more than their text and a name kept. */
export const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
])

/** Packages whose licence is not on that list, and why they may come along. */
export const exceptions: Readonly<Record<string, string>> = {
  '@zone-eu/mailsplit': 'MIT OR EUPL: used under MIT',
  argparse: "Python-2.0: permissive, the Python Software Foundation's",
  'caniuse-lite': 'CC-BY-4.0: data, not code; its authors are named here',
  slick: 'MIT, said with an address',
}

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** What production installs, by path in package-lock.json. */
export function production(): [name: string, locked: Locked][] {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, locked]) => [nameOf(path), locked])
}

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(head), row(head.map(() => '---')), ...rows].join('\n')

export function licencesPage(): string {
  const rows = new Set(
    production()
      .map(([name, { version = '', license = 'none said' }]) => [
        name,
        version,
        license,
        exceptions[name] ?? '',
      ])
      .toSorted(([a, v], [b, w]) => (`${a} ${v}` < `${b} ${w}` ? -1 : 1))
      .map(row),
  )
  return `# Licences

Made by \`npm run docs:licences\` from package-lock.json: what a production installation brings along. All of it is under a
permissive licence; what is said differently has a note.

${table(['package', 'version', 'licence', 'note'], [...rows])}
`
}

export function dependenciesPage(): string {
  const rows = floors.map(({ name, floor, closes }) => {
    const versions = new Set(
      production().flatMap(([found, { version }]) => (found === name ? [version!] : [])),
    )
    return row([`\`${name}\``, floor, [...versions].join(', '), closes])
  })
  return `# Dependencies

Made by \`npm run docs:licences\`. Versions are pinned in package-lock.json; none may fall below its floor here, since older
ones have a hole or a fault that matters. \`npm run sbom\` prints the whole list as CycloneDX; [licences](licences.md) lists what each is
under. \`npm audit\` asks a registry, and so is not part of the tests.

${table(['package', 'at least', 'here', 'what it closes'], rows)}
`
}

/** The pages of this folder by their path in docs/. */
export const licencePages = (): Readonly<Record<string, string>> => ({
  'dependencies.md': dependenciesPage(),
  'licences.md': licencesPage(),
})
