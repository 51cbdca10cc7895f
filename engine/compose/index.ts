/** From a rendered letter to the bytes of an RFC 5322 message. Letters with files or inline images:
 *  attachments.ts, which is not part of this face because it loads nodemailer. */
export { type ComposedLetter, type Composer, createComposer } from './composer.ts'
export { dkimRecord } from './dkim-key.ts'
export { type ComposePlan, feedbackId, type Letter } from './letter.ts'
export { createLetterBuffer, type LetterBuffer } from './letter-buffer.ts'
export { createLinks, type LinkSubject, type Links } from './links.ts'
export {
  createPersonTokens,
  type PersonPurpose,
  type PersonSubject,
  type PersonTokens,
} from './person-token.ts'
