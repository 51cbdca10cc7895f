import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BroadsheetError } from '../../../engine/errors.ts'
import { slugSchema } from '../../../engine/model/values.ts'
import { ownCode } from '../folder.ts'

const template = fileURLToPath(new URL('./template', import.meta.url))
const placeholder = /my-channel/g
/** What has another name here: npm takes a ".gitignore" within a package for its own, and a tsconfig.json would have our linter
 *  look for an installed Broadsheet. */
const names: { readonly [file: string]: string } = {
  gitignore: '.gitignore',
  'tsconfig.project.json': 'tsconfig.json',
}

/** Write the project of a new plugin into a folder that is empty or not there. Returns its files, relative to it. Refuses with
 *  E_INPUT a name that is none, with E_EXISTS a folder that has something in it. */
export function scaffold(options: {
  readonly name: string
  readonly folder: string
  /** Of this Broadsheet. */
  readonly version: string
}): readonly string[] {
  const { name, folder, version } = options
  if (!slugSchema.safeParse(name).success)
    throw new BroadsheetError(
      'E_INPUT',
      `"${name}" cannot be the name of a channel: lower-case letters, digits and dashes, e.g. "my-channel".`,
    )
  if (contentsOf(folder).length > 0)
    throw new BroadsheetError('E_EXISTS', `${folder} is there already and not empty. Choose another folder.`)
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(template.length + 1))
    .toSorted()
  return files.map((file) => {
    const target = join(dirname(file), names[basename(file)] ?? basename(file))
    const text = readFileSync(join(template, file), 'utf8').replace(placeholder, name)
    mkdirSync(dirname(join(folder, target)), { recursive: true })
    writeFileSync(join(folder, target), target === 'package.json' ? withVersion(text, version) : text, {
      flag: 'wx',
    })
    return target
  })
}

function contentsOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new BroadsheetError('E_INPUT', `${folder} cannot be used: ${(error as Error).message}`)
  }
}

/** The project is developed against the Broadsheet that made it: this release, or this checkout. */
function withVersion(packageJson: string, version: string): string {
  const made = JSON.parse(packageJson) as {
    peerDependencies: Record<string, string>
    devDependencies: Record<string, string>
  }
  const packaged = basename(ownCode) === 'dist'
  made.devDependencies.broadsheet = packaged ? `^${version}` : `file:${ownCode.replace(/[/\\]$/, '')}`
  made.peerDependencies.broadsheet = `>=${version}`
  return `${JSON.stringify(made, null, 2)}\n`
}
