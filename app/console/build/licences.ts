import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { permissive } from '../../licences/pages.ts'

/** Of fonts: they may come along with anything, under their name. */
const fonts: ReadonlySet<string> = new Set(['OFL-1.1'])

/** `licences.txt`: of every package that a part of is in the build, its name, version, licence and the text of that. A package under a licence
 *  that asks for more ends the build. */
export const licences = (): Plugin => ({
  name: 'licences',
  apply: 'build',
  generateBundle() {
    const folders = new Set([...this.getModuleIds()].flatMap((id) => packageFolder(id) ?? []))
    const texts = [...folders].toSorted().map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name: string
        version: string
        license?: string
      }
      if (license === undefined || !(permissive.has(license) || fonts.has(license)))
        this.error(`${name} ${version} is under "${license}": the console may not bring it along.`)
      return `${name} ${version}\n${license}\n\n${licenceText(folder)}`
    })
    this.emitFile({
      type: 'asset',
      fileName: 'licences.txt',
      source: `${texts.join(`\n${'-'.repeat(80)}\n\n`)}\n`,
    })
  },
})

const packageFolder = (id: string): string | null =>
  /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/@]+)\//.exec(id)?.[1] ?? null

function licenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$|-)/i.test(name))
  return file === undefined
    ? 'The package brings no text of it along.'
    : readFileSync(join(folder, file), 'utf8').trim()
}
