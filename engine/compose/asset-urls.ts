import type { EngineConfig } from '../config.ts'
import { plainUrl } from './links.ts'

type Places = Pick<EngineConfig, 'publicUrl' | 'cdnBaseUrl'>

/** What addresses of assets begin with, without a slash at its end: the CDN, where there is one in front. */
export const assetsUrl = ({ publicUrl, cdnBaseUrl }: Places): string => plainUrl(cdnBaseUrl ?? publicUrl)

/** Rewrites addresses of our assets in a text to where they are served now; null where they are there already. Only addresses of
 *  assets: nothing else is behind the CDN. */
export function createRewrite(publicUrl: string, assetsBase: string): ((text: string) => string) | null {
  const own = plainUrl(publicUrl)
  if (own === assetsBase) return null
  const pattern = new RegExp(`${RegExp.escape(own)}(?=/i/[0-9a-f]{64}/)`, 'g')
  return (text) => (text.includes(own) ? text.replace(pattern, assetsBase) : text)
}
