import { realpathSync } from 'node:fs'
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path'
import { BroadsheetError } from '../../engine/errors.ts'

/** A file that a template shows, and the name it is kept under. */
export interface Picture {
  readonly file: string
  readonly name: string
}

/** Brings what templates show from beside them: each relative reference to a file becomes the name of an asset. */
export interface Pictures {
  /** The text with its references rewritten. Refuses with E_INPUT those that lead to nothing, or out of the folder. */
  rewrite(text: string, from: { readonly file: string; readonly template: string }): string
  /** What was referred to so far, each file once. */
  found(): readonly Picture[]
}

// SVG among them, so that whoever refers to one hears why it is not kept.
const extensions = new Set('.png .jpg .jpeg .gif .webp .avif .woff2 .pdf .svg'.split(' '))
/** In attributes, in CSS and in Markdown. No reference has Liquid in it: what is computed is no file of a folder. */
const references = [
  /(?<before>\b(?:src|href|background|poster)\s*=\s*(?<quote>["']))(?<path>[^"'{}<>]{1,500})(?=\k<quote>)/gi,
  /(?<before>\burl\(\s*(?<quote>["']?))(?<path>[^"'(){}<>]{1,500}?)(?=\k<quote>\s*\))/gi,
  /(?<before>!\[[^\]]{0,500}\]\(\s*)(?<path>[^\s(){}<>]{1,500})(?=[\s)])/g,
]

/** `folder`: none of what templates show lies outside of it. */
export function createPictures(folder: string): Pictures {
  const names = new Map<string, string>()

  function fileOf(path: string, from: string): string {
    let file: string
    try {
      file = realpathSync(resolve(dirname(from), decodeURIComponent(path)))
    } catch {
      throw new BroadsheetError('E_INPUT', `${from} shows "${path}", and there is no such file.`)
    }
    // Where a link leads counts, not where it lies.
    if (!file.startsWith(realpathSync(folder) + sep))
      throw new BroadsheetError('E_INPUT', `${from} shows "${path}", which is outside of ${folder}.`)
    return file
  }

  function nameOf(
    file: string,
    { file: from, template }: { readonly file: string; readonly template: string },
  ): string {
    const path = relative(realpathSync(dirname(from)), file)
    const name = `${template}-${path}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll('-..-', '-')
    const other = names.get(name)
    if (name.length > 100 || (other !== undefined && other !== file))
      throw new BroadsheetError(
        'E_INPUT',
        `${file} would be kept as "${name}", which is ${other === undefined ? 'longer than 100 characters' : `what ${other} is called`}: rename it.`,
      )
    names.set(name, file)
    return name
  }

  return {
    rewrite: (text, from) =>
      references.reduce(
        (rewritten, pattern) =>
          rewritten.replace(pattern, (whole: string, ...rest: unknown[]) => {
            const {
              before = '',
              quote = '',
              path = '',
            } = rest.at(-1) as { [group: string]: string | undefined }
            if (!isBeside(path)) return whole
            const name = nameOf(fileOf(path, from.file), from)
            const inner = quote === "'" ? '"' : "'"
            return `${before}{{ ${inner}${name}${inner} | asset_url }}`
          }),
        text,
      ),
    found: () => [...names].map(([name, file]) => ({ name, file })),
  }
}

/** A relative path to a file of a kind that is taken; addresses, fragments and absolute paths are none. */
const isBeside = (path: string): boolean =>
  !/^([a-z][a-z0-9+.-]*:|[/\\#?])/i.test(path) &&
  !isAbsolute(path) &&
  !path.includes('\\') &&
  extensions.has(extname(path).toLowerCase())
