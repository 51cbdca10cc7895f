import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { BroadsheetError } from '../../engine/errors.ts'
import {
  type LetterSource,
  type TemplateFormat,
  type TemplateInput,
  type TemplateKind,
  templateFormats,
  templateInputSchema,
  templateKinds,
} from '../../engine/model/template.ts'
import { languageSchema } from '../../engine/model/values.ts'
import { didYouMean } from '../config/nearest.ts'

const formats: { readonly [extension: string]: TemplateFormat } = {
  html: 'html',
  htm: 'html',
  mjml: 'mjml',
  md: 'markdown',
  markdown: 'markdown',
}
const folderKinds: { readonly [folder: string]: TemplateKind } = { layouts: 'layout', partials: 'partial' }

const frontMatterSchema = z.strictObject({
  name: z.string().optional(),
  kind: z.enum(templateKinds).optional(),
  format: z.enum(templateFormats).optional(),
  subject: z.string().optional(),
  preheader: z.string().optional(),
  text: z.string().optional(),
})
type FrontMatter = z.infer<typeof frontMatterSchema>

interface SourceFile {
  readonly file: string
  readonly name: string
  readonly language: string | null
  readonly format: TemplateFormat
}

/** Templates of a file, or of a folder and those below it. `layouts/` and `partials/` hold what letters take in. `weekly.html` is the template
 *  `weekly`; `weekly.de.html` its German variant; `weekly.txt` and `weekly.de.txt` their text parts. A file
 *  may begin with YAML between `---` lines: subject, preheader, kind, name, format. `rewrite` changes bodies before they are
 *  anything else. */
export function readTemplates(
  path: string,
  rewrite: (body: string, from: { readonly file: string; readonly template: string }) => string = (body) =>
    body,
): readonly TemplateInput[] {
  const isFolder = stat(path)
  const files = isFolder ? listFolder(path) : besides(path)
  const sources = files.flatMap((file) => sourceOf(file) ?? [])
  const names = [...new Set(sources.map(({ name }) => name))]
  const wanted = isFolder ? names : names.filter((name) => name === sourceOf(path)?.name)
  if (wanted.length === 0)
    throw new BroadsheetError(
      'E_INPUT',
      `${path}: no template there. Templates are .html, .mjml or .md files.`,
    )
  return wanted.map((name) =>
    assemble(
      name,
      sources.filter((source) => source.name === name),
      rewrite,
    ),
  )
}

function stat(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    throw new BroadsheetError('E_INPUT', `There is no file or folder ${path}.`)
  }
}

const listFolder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return listFolder(path)
      return entry.isFile() ? [path] : []
    })
    .sort()

/** A single file brings the variants that lie beside it. */
const besides = (file: string): string[] =>
  readdirSync(dirname(file))
    .map((name) => join(dirname(file), name))
    .sort()

function sourceOf(file: string): SourceFile | null {
  if (/^README\./i.test(basename(file))) return null
  const [name, ...rest] = basename(file).split('.')
  const extension = rest.pop()
  const format = extension === undefined ? undefined : formats[extension.toLowerCase()]
  if (name === undefined || name === '' || format === undefined) return null
  const language = rest.at(-1)
  if (language !== undefined && languageSchema.safeParse(language).success)
    return { file, name: [name, ...rest.slice(0, -1)].join('.'), language, format }
  return { file, name: [name, ...rest].join('.'), language: null, format }
}

type Rewrite = NonNullable<Parameters<typeof readTemplates>[1]>

function assemble(name: string, sources: readonly SourceFile[], rewrite: Rewrite): TemplateInput {
  const main = sources.find(({ language }) => language === null)
  if (main === undefined)
    throw new BroadsheetError(
      'E_INPUT',
      `${sources[0]!.file} is a variant, and there is no ${name}.html, .mjml or .md that it varies.`,
    )
  const twin = sources.find((source) => source !== main && source.language === null)
  if (twin !== undefined)
    throw new BroadsheetError(
      'E_INPUT',
      `${main.file} and ${twin.file} are both the template "${name}": rename one.`,
    )

  const { matter, source } = readLetter(main, { subject: '', preheader: '', text: null }, rewrite)
  const variants = Object.fromEntries(
    sources
      .filter(({ language }) => language !== null)
      .map((variant) => {
        if (variant.format !== main.format)
          throw new BroadsheetError('E_INPUT', `${variant.file} must be of the same format as ${main.file}.`)
        // What a variant does not say, it shares: a subject is often the same.
        return [variant.language, readLetter(variant, { ...source, text: null }, rewrite).source]
      }),
  )
  const parsed = templateInputSchema.safeParse({
    name: matter.name ?? name,
    kind: matter.kind ?? folderKinds[basename(dirname(main.file))] ?? 'letter',
    format: matter.format ?? main.format,
    ...source,
    variants,
  })
  if (parsed.success) return parsed.data
  throw new BroadsheetError('E_INPUT', `${main.file} is not a template.`, {
    issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}

function readLetter(
  source: SourceFile,
  defaults: Omit<LetterSource, 'body'>,
  rewrite: Rewrite,
): { matter: FrontMatter; source: LetterSource } {
  const { matter, body } = splitFrontMatter(read(source.file), source.file)
  const textFile = source.file.replace(/\.[^.]+$/, '.txt')
  return {
    matter,
    source: {
      subject: matter.subject ?? defaults.subject,
      preheader: matter.preheader ?? defaults.preheader,
      body: rewrite(body, { file: source.file, template: source.name }),
      text: matter.text ?? readIfThere(textFile) ?? defaults.text,
    },
  }
}

/** YAML between two lines of `---` at the top. */
export function splitFrontMatter(content: string, file: string): { matter: FrontMatter; body: string } {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:\r?\n)?---[ \t]*(?:\r?\n|$)/.exec(content)
  if (match === null) return { matter: {}, body: content.replace(/^\uFEFF/, '') }
  let said: unknown
  try {
    said = parse(match[1] ?? '') ?? {}
  } catch (error) {
    const place = (error as { linePos?: readonly { line: number }[] }).linePos?.[0]
    throw new BroadsheetError(
      'E_INPUT',
      `${file}:${(place?.line ?? 0) + 1}: the lines between "---" are not valid YAML. Put texts with ":" or "{" in quotes.`,
    )
  }
  const parsed = frontMatterSchema.safeParse(said)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const known = Object.keys(frontMatterSchema.shape)
    const message =
      issue?.code === 'unrecognized_keys'
        ? `"${issue.keys[0]}" is not known here.${didYouMean(issue.keys[0] ?? '', known)} Known: ${known.join(', ')}.`
        : `${issue?.path.join('.')}: ${issue?.message}`
    throw new BroadsheetError('E_INPUT', `${file}: ${message}`)
  }
  return { matter: parsed.data, body: content.slice(match[0].length) }
}

function read(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not UTF-8' : (error as Error).message
    throw new BroadsheetError('E_INPUT', `${file} could not be read: ${why}.`)
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
