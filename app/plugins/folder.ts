import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that this program's own modules lie in: the checkout, or `dist` of the package. */
export const ownCode = fileURLToPath(new URL('../..', import.meta.url))

/** Where the plugin of a settings entry lies: a path from `base`, or a package installed there, in a folder above, or beside
 *  Broadsheet itself. Null: nowhere. The answer has no symbolic links in it. */
export function findPlugin(entry: string, base: string): string | null {
  if (isPath(entry)) {
    const folder = resolve(base, entry)
    return existsSync(join(folder, 'package.json')) ? realpathSync(folder) : null
  }
  const found = findPackage(entry, base) ?? findPackage(entry, ownCode)
  return found === null ? null : realpathSync(found)
}

export const isPath = (entry: string): boolean => /^\.{0,2}[/\\]|^\.{1,2}$/.test(entry) || isAbsolute(entry)

/** As Node looks for packages: in `node_modules` of the folder and of all above it. */
export function findPackage(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
    if (folder === dirname(folder)) return null
  }
}

/** The folders of everything that the package depends on, its dependencies' dependencies included: where Node looks for each,
 *  and where it really lies (pnpm and "npm link" set links). */
export function dependencyFolders(names: readonly string[], from: string): readonly string[] {
  const found = new Set<string>()
  const visit = (folder: string, wanted: readonly string[]): void => {
    for (const name of wanted) {
      const link = findPackage(name, folder)
      if (link === null || found.has(link)) continue
      const real = realpathSync(link)
      found.add(link).add(real)
      visit(real, dependenciesOf(real))
    }
  }
  visit(from, names)
  return [...found]
}

/** Peers too: what a library builds on is installed beside it. Broadsheet is not: its process brings it. */
export function dependenciesOf(folder: string): readonly string[] {
  try {
    const said = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
    return ['dependencies', 'optionalDependencies', 'peerDependencies']
      .flatMap((field) => Object.keys((said[field] as object | undefined) ?? {}))
      .filter((name) => name !== 'broadsheet')
  } catch {
    return []
  }
}
