import { assetPath } from '../model/asset.ts'
import type { LetterSource, TemplateBundle } from '../model/template.ts'
import type { AssetStore } from '../ports/assets.ts'

/** `{{ 'logo.png' | asset_url }}`: the filter stands behind the name itself. */
const reference = /(["'])([^"'\n]{1,100})\1\s*\|\s*asset_url\b/g

/** Names that a source refers to. */
export const namesIn = (source: string): readonly string[] =>
  source.includes('asset_url') ? [...source.matchAll(reference)].map((match) => match[2]!) : []

/** Every text of a template that may refer to an asset. */
export const textsOf = (
  template: LetterSource & { readonly variants: { readonly [language: string]: LetterSource } },
): readonly string[] =>
  [template, ...Object.values(template.variants)].flatMap(({ subject, preheader, body, text }) => [
    subject,
    preheader,
    body,
    text ?? '',
  ])

/** The same bundle with what its names of assets mean now. */
export async function withAssets(
  assets: Pick<AssetStore, 'byName'>,
  bundle: TemplateBundle,
): Promise<TemplateBundle> {
  const texts = [...textsOf(bundle.template), ...Object.values(bundle.partials).map(({ body }) => body)]
  // In order, so that the same bundle is the same text.
  const names = [...new Set(texts.flatMap(namesIn))].sort()
  if (names.length === 0) return bundle
  const found = await assets.byName(names)
  return {
    ...bundle,
    assets: Object.fromEntries(found.map(({ name, asset }) => [name, assetPath(asset, name)])),
  }
}
