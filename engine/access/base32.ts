/** RFC 4648, section 6. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Crockford's: none of its characters is taken for another when it is written by hand. */
export const crockford = '0123456789abcdefghjkmnpqrstvwxyz'

/** Five bits a character, without padding. */
export function toBase32(bytes: Uint8Array, letters = alphabet): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += letters[(held >>> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + letters[(held << (5 - bits)) & 31]
}
