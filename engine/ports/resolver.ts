/** `nxdomain`: there is no such name. `nodata`: there is, without a record of that kind. `timeout`: nobody answered.
 *  `broken`: a server answered with a failure, or with what is no answer. */
export type DnsFailure = 'nxdomain' | 'nodata' | 'timeout' | 'broken'

/** What DNS says of a name. The first two failures are facts about the name, the others about the resolver: from those nothing
 *  follows. */
export type DnsAnswer<T> =
  | { readonly ok: readonly T[]; readonly failure?: never }
  | { readonly failure: DnsFailure; readonly ok?: never }

export interface MailExchange {
  readonly host: string
  readonly preference: number
}

/** Asks DNS. Calls overlap; each ends within a few seconds. Never rejects. */
export interface Resolver {
  /** The strings of one record are one text. */
  txt(name: string): Promise<DnsAnswer<string>>
  a(name: string): Promise<DnsAnswer<string>>
  aaaa(name: string): Promise<DnsAnswer<string>>
  mx(name: string): Promise<DnsAnswer<MailExchange>>
  cname(name: string): Promise<DnsAnswer<string>>
  /** Names of an IP address. */
  ptr(address: string): Promise<DnsAnswer<string>>
}

/** Knows nothing: whatever is asked is not answered. */
export const noResolver: Resolver = {
  txt: () => Promise.resolve({ failure: 'timeout' }),
  a: () => Promise.resolve({ failure: 'timeout' }),
  aaaa: () => Promise.resolve({ failure: 'timeout' }),
  mx: () => Promise.resolve({ failure: 'timeout' }),
  cname: () => Promise.resolve({ failure: 'timeout' }),
  ptr: () => Promise.resolve({ failure: 'timeout' }),
}

/** Did the name itself say that there is nothing? */
export const isAbsent = (failure: DnsFailure): boolean => failure === 'nxdomain' || failure === 'nodata'
