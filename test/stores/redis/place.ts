import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { startRedis } from '../../servers/redis.ts'

/** The Redis that all test files share. Where none is installed, this installs one, or throws what to do. */
export async function sharedRedis(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const url = inject('redisUrl')
  return url === null ? startRedis() : { url, async drop() {} }
}

/** A prefix that nobody else uses. */
export const freshPrefix = (): string => `t-${randomBytes(6).toString('hex')}`
