/** Left of the deadline for answers to come in and be settled once the channels were told to hurry. */
const settleMs = 1500
/** Of a stop's time, what letters that are on the wire have for their answers; `drainMs` of the SMTP channel is the
 *  same. Batches that are not through by then begin no further letter: their rest is queued again, whereas a
 *  letter that is cut off after its dot is `unknown`. */
const answerMs = 5000

/** When the channels are told to hurry, from the beginning of a stop that may take `deadlineMs`. */
export const hurryAfterMs = (deadlineMs: number): number => Math.max(0, deadlineMs - settleMs - answerMs)
