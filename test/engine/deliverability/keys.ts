import { generateKeyPairSync } from 'node:crypto'
import type { DkimKey } from '../../../engine/config.ts'

/** A new private key, as settings hold it. */
export const makeKey = (domain: string, selector = 's1', bits = 2048): DkimKey => ({
  domain,
  selector,
  privateKey: generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
})
