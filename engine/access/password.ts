import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { BroadsheetError } from '../errors.ts'

/** What a hash costs (RFC 7914): 128 * 2^ln * r bytes while it is made, and p times the work. */
export interface ScryptCost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

// OWASP's password storage cheat sheet has five that are worth the same; this one takes the least memory, 32 MiB, and a few
// tenths of a second of a core.
export const presentCost: ScryptCost = { ln: 15, r: 8, p: 3 }

export interface Passwords {
  /** A PHC string with a salt of its own: `$scrypt$ln=15,r=8,p=3$SALT$HASH`. */
  hash(password: string): Promise<string>
  /** Is it the password of that hash? `rehash`: it is, and the hash is cheaper than those of today: keep a new one. Null takes as
   *  long as a wrong password does, so that nobody learns by waiting who has an account. */
  check(password: string, hash: string | null): Promise<{ readonly ok: boolean; readonly rehash: boolean }>
}

const saltBytes = 16
const hashBytes = 32

/** Hashes are made in Node's thread pool, `maxAtOnce` at the same time: each takes its memory, and file reads wait behind
 *  them. Both calls reject with E_LIMIT when `maxWaiting` wait already. */
export function createPasswords({
  cost = presentCost,
  maxAtOnce = 2,
  maxWaiting = 50,
}: {
  readonly cost?: ScryptCost
  readonly maxAtOnce?: number
  readonly maxWaiting?: number
} = {}): Passwords {
  const gate = createGate(maxAtOnce, maxWaiting)
  const derive = (password: string, salt: Uint8Array, { ln, r, p }: ScryptCost): Promise<Buffer> =>
    gate(
      () =>
        new Promise((resolve, reject) => {
          const options = { N: 2 ** ln, r, p, maxmem: 128 * 2 ** ln * r + 128 * r * p + 1_048_576 }
          scrypt(textOf(password), salt, hashBytes, options, (error, key) =>
            error === null ? resolve(key) : reject(error),
          )
        }),
    )
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      return format({ cost, salt, hash: await derive(password, salt, cost) })
    },
    async check(password, kept) {
      const parsed = kept === null ? null : parse(kept)
      const of = parsed ?? { cost, salt: randomBytes(saltBytes), hash: null }
      const derived = await derive(password, of.salt, of.cost)
      const ok = of.hash !== null && timingSafeEqual(derived, of.hash)
      return { ok, rehash: ok && isCheaper(of.cost, cost) }
    },
  }
}

/** The same characters, whichever keyboard they come from (NIST SP 800-63B, 3.1.1.2). */
const textOf = (password: string): string => password.normalize('NFKC')

const isCheaper = (kept: ScryptCost, now: ScryptCost): boolean =>
  kept.ln < now.ln || kept.r < now.r || kept.p < now.p

interface Kept {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly hash: Buffer
}

// PHC's base64 has no padding.
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/={1,2}$/, '')
const format = ({ cost: { ln, r, p }, salt, hash }: Kept): string =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/

/** A row that says more than this was not written here, and must not take the machine's memory: 256 MiB at most. */
function parse(text: string): Kept {
  const [, ln, r, p, salt = '', hash = ''] = form.exec(text) ?? []
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (!(cost.ln >= 1 && cost.r >= 1 && cost.p >= 1 && 2 ** cost.ln * cost.r <= 2 ** 21))
    throw new BroadsheetError(
      'E_INTERNAL',
      'A password hash in the store is not one that Broadsheet wrote: set a new password for that user.',
    )
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** Runs at most `maxAtOnce` at the same time, in their order. */
function createGate(maxAtOnce: number, maxWaiting: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= maxAtOnce) {
      if (waiting.length >= maxWaiting)
        throw new BroadsheetError('E_LIMIT', 'Too many sign-ins at once: try again in a few seconds.')
      // Whoever ends hands its place on, so that nobody slips in between.
      await new Promise<void>((go) => waiting.push(go))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
