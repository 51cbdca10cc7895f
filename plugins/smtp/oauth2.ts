import type { TokenSource } from './auth.ts'
import type { SmtpConfig } from './config.ts'
import { SmtpFault } from './faults.ts'

type Fetcher = (renew: boolean, done: (error: Error | null, token?: string) => void) => void

/** Where access tokens come from: the one configured, or fetched and cached by nodemailer, which knows the
 *  providers' ways. Connections that ask at the same time share one request. */
export function createTokenSource(auth: SmtpConfig['auth']): TokenSource {
  if (auth === null || auth.method !== 'xoauth2' || auth.refreshToken === undefined) {
    const token = auth?.method === 'xoauth2' ? (auth.accessToken ?? '') : ''
    return () => Promise.resolve(token)
  }
  const { user, refreshToken, clientId = '', clientSecret = '', accessToken = '', accessUrl } = auth
  // Loaded when the first token is asked for: few installations have one.
  const load = async (): Promise<Fetcher> => {
    const { default: XOAuth2 } = await import('nodemailer/lib/xoauth2')
    const source = new XOAuth2({
      user,
      refreshToken,
      clientId,
      clientSecret,
      accessToken,
      ...(accessUrl === undefined ? {} : { accessUrl }),
    })
    // It reports failures twice, here and to whoever asked.
    source.on('error', () => {})
    return (renew, done) => source.getToken(renew, (error, token) => done(error, token))
  }
  let fetcher: Promise<Fetcher> | null = null
  return async (renew) => {
    fetcher ??= load()
    const fetch = await fetcher
    return new Promise((resolve, reject) => {
      fetch(renew, (error, token) => {
        if (!error && token) return resolve(token)
        reject(
          new SmtpFault('auth', `No OAuth2 token could be fetched: ${error?.message ?? 'none came'}`, error),
        )
      })
    })
  }
}
