// RFC 3463 2: class, subject, detail. Not a part of a longer number, of a version or an address.
const enhanced = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/
// A reply's digits stand at the beginning, or after what says that they are a reply. "(#5.1.1)" and "[1.2.3.550]" are not.
const reply = /(?:^|[\s:;,("'<>#-]|SMTP(?:\d{3}|\(\d{1,3}\))?[:;\s]\s?)([45]\d\d)(?=[\s\-#:;,.)"'-]|$)/i

/** The first enhanced status in it. */
export const statusIn = (text: string): string | null => {
  const found = enhanced.exec(text)
  return found === null ? null : `${found[1]}.${Number(found[2])}.${Number(found[3])}`
}

/** The first three digits in it that are a negative reply. */
export const smtpIn = (text: string): number | null => {
  const found = reply.exec(text)
  return found === null ? null : Number(found[1])
}

/** Says no more than that it failed. */
export const isVague = (status: string | null): boolean => status === null || /^[45]\.0\.0$/.test(status)

const blanks = /\s+/g
export const oneLine = (text: string, most: number): string =>
  text
    .slice(0, most * 4)
    .replace(blanks, ' ')
    .trim()
    .slice(0, most)
