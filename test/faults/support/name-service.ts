import dns from 'node:dns'
import { existsSync } from 'node:fs'

// Loaded into a daemon before its own code (`--import`): names under .invalid resolve to this machine once the
// file exists that FAULT_TEST_NAMES points to. Until then the system's resolver answers, which by RFC 6761
// has no such name.
const file = process.env.FAULT_TEST_NAMES ?? ''
const lookup = dns.lookup
const patched = (host: string, ...rest: unknown[]) =>
  Reflect.apply(lookup, dns, [host.endsWith('.invalid') && existsSync(file) ? '127.0.0.1' : host, ...rest])
Object.assign(dns, { lookup: patched })
