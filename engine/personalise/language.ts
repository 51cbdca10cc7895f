/** `pt` of `pt-BR`. */
export function primarySubtag(language: string): string {
  const dash = language.indexOf('-')
  return (dash < 0 ? language : language.slice(0, dash)).toLowerCase()
}
