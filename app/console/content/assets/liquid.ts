import type { Answer } from '../../api/client.ts'

export type Asset = Answer<'GET /assets'>['data'][number]

export const nameOf = ({ names, name }: Pick<Asset, 'names' | 'name'>): string => names[0] ?? name

/** What a template says to show it, or to lead to it. */
export function liquidOf(asset: Asset): string {
  const address = `{{ '${nameOf(asset)}' | asset_url }}`
  const { width, height } = asset
  return width === null || height === null
    ? address
    : `<img src="${address}" width="${width}" height="${height}" alt="">`
}

/** Where this page's own server has it, whatever the readers' address is. */
export function localUrl({ url }: Asset): string {
  try {
    return new URL(url).pathname
  } catch {
    return url
  }
}
