import { createHash } from 'node:crypto'
import type { Colours } from '../../../config/colours.ts'
import { coloursOf, type PagesConfig } from '../../../config/pages.ts'
import { type Html, trusted } from './html.ts'
import { sheet } from './style.ts'

/** How the pages of one publisher look, and what stands at their head and foot. */
export interface Theme {
  readonly title: string
  readonly logo: string | null
  readonly imprint: string | null
  readonly privacy: string | null
  readonly postalAddress: readonly string[]
  /** Path under which the daemon is reached: empty, or `/news`. */
  readonly base: string
  /** `https://news.example`, with the path; for what leaves the page, such as feeds. */
  readonly origin: string
  readonly style: Html
  /** Sources for Content-Security-Policy: this style, this logo, and nothing else. */
  readonly styleSource: string
  readonly imageSource: string | null
}

const fonts = {
  serif: "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,'Times New Roman',serif",
  sans: "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif",
}

export function createTheme(config: PagesConfig, publicUrl: string): Theme {
  const url = new URL(publicUrl)
  const base = url.pathname.replace(/(?<!\/)\/+$/, '')
  const variables = (colours: Colours): string =>
    Object.entries(colours)
      .map(([name, value]) => `--${name.toLowerCase()}:${value}`)
      .join(';')
  const style = `:root{color-scheme:light dark;--heads:${fonts[config.font]};--text:${fonts.sans};${variables(coloursOf(config.colours.light, 'light'))}}
@media (prefers-color-scheme:dark){:root{${variables(coloursOf(config.colours.dark, 'dark'))}}}
${sheet}`
  return {
    title: config.title ?? url.hostname,
    logo: config.logo?.startsWith('/') ? base + config.logo : config.logo,
    imprint: config.imprint,
    privacy: config.privacy,
    postalAddress: config.postalAddress === null ? [] : config.postalAddress.trim().split(/\r?\n/),
    base,
    origin: url.origin + base,
    style: trusted(`<style>${style}</style>`),
    styleSource: sourceOf(style),
    imageSource: config.logo === null ? null : config.logo.startsWith('data:') ? 'data:' : "'self'",
  }
}

/** A Content-Security-Policy source for exactly this text. */
export const sourceOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`
