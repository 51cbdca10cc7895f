const [always, never] = ['(min-width: 0px)', '(max-width: 0px)']

/** A mail program in the dark, or in the light, whatever this window is in: what the letter has for the one applies, what it has for the other
 *  does not. */
export const inScheme = (html: string, dark: boolean): string =>
  html
    .replaceAll(/\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi, dark ? always : never)
    .replaceAll(/\(\s*prefers-color-scheme\s*:\s*light\s*\)/gi, dark ? never : always)
