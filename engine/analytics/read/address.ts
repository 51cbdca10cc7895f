/** An IP address: 128 bits in four words, the highest first. IPv4 is what it is inside IPv6 (`::ffff:192.0.2.1`, RFC 4291
 *  2.5.5.2), so that both are compared in one way and an address has one form. */
export type Address = Uint32Array

const mappedWord = 0xffff
const colon = 58
const dot = 46
const zero = 48

/** Null for what is no address: nobody is asked what it may have meant. A zone (`fe80::1%eth0`) is left out. */
export function parseAddress(text: string): Address | null {
  if (text.length > 64) return null
  if (text.includes(':')) return parseSix(text.includes('%') ? text.slice(0, text.indexOf('%')) : text)
  const value = parseFour(text, 0)
  return value === null ? null : Uint32Array.of(0, 0, mappedWord, value)
}

export const isFour = (address: Address): boolean =>
  address[0] === 0 && address[1] === 0 && address[2] === mappedWord

function parseFour(text: string, from: number): number | null {
  let value = 0
  let part = -1
  let parts = 1
  let first = from
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === dot) {
      if (part < 0 || ++parts > 4) return null
      value = value * 256 + part
      part = -1
      first = i + 1
      continue
    }
    const digit = code - zero
    // "01" is 1 to some and octal to others.
    if (digit < 0 || digit > 9 || (i > first && part === 0)) return null
    part = i === first ? digit : part * 10 + digit
    if (part > 255) return null
  }
  return part < 0 || parts !== 4 ? null : value * 256 + part
}

function parseSix(text: string): Address | null {
  const groups: number[] = []
  // Where "::" stands for zeros.
  let gap = -1
  let i = 0
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return null
    gap = 0
    i = 2
  }
  while (i < text.length) {
    let end = i
    let group = 0
    for (; end < text.length; end++) {
      const digit = hexDigit(text.charCodeAt(end))
      if (digit < 0) break
      group = group * 16 + digit
    }
    if (end < text.length && text.charCodeAt(end) === dot) {
      // An IPv4 address may be the end of it.
      const four = parseFour(text, i)
      if (four === null) return null
      groups.push(four >>> 16, four & 0xffff)
      break
    }
    if (end === i || end - i > 4) return null
    groups.push(group)
    if (end === text.length) break
    if (text.charCodeAt(end) !== colon) return null
    i = end + 1
    if (text.charCodeAt(i) === colon) {
      if (gap >= 0) return null
      gap = groups.length
      i++
    } else if (i === text.length) return null
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return null
  const behind = gap < 0 ? 0 : groups.length - gap
  const whole = new Uint32Array(4)
  for (const [at, group] of groups.entries()) {
    const place = gap >= 0 && at >= gap ? 8 - behind + (at - gap) : at
    whole[place >> 1] = whole[place >> 1]! | (place % 2 === 0 ? group << 16 : group)
  }
  return whole
}

function hexDigit(code: number): number {
  if (code >= zero && code <= 57) return code - zero
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
