/** Something that a plugin's process does not have. */
export function refused(what: string, hint = ''): Error {
  return Object.assign(new Error(`${what} is not for plugins.${hint}`), { code: 'ERR_PLUGIN_REFUSED' })
}

export const notGranted = (host: string, port: number | null): Error =>
  Object.assign(
    new Error(
      `${port === null ? host : `${host}:${port}`} is not granted to this plugin: it must be under "addresses" in its package.json and in its entry under "plugins:".`,
    ),
    { code: 'ERR_PLUGIN_NOT_GRANTED' },
  )
