import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { BroadsheetError } from '../../../engine/errors.ts'
import { newTraceParent, traceIdOf } from '../../../engine/model/trace.ts'
import { problemType, toProblem } from './problem.ts'

/** Answer what is not HTTP, or has headers that are too large, on the bare socket: there is no request yet. */
export function answerClientErrors(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new BroadsheetError('E_HEADERS', 'The headers are larger than 16,384 bytes.')
      : new BroadsheetError('E_BODY', 'The request is not valid HTTP, or did not arrive in time.')
  const requestId = randomUUID()
  const trace = newTraceParent()
  const body = JSON.stringify(toProblem(refusal, { path: '', requestId, traceId: traceIdOf(trace) }))
  const reason = refusal.code === 'E_HEADERS' ? 'Request Header Fields Too Large' : 'Bad Request'
  socket.end(
    `HTTP/1.1 ${refusal.status} ${reason}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-request-id: ${requestId}\r\ntraceparent: ${trace}\r\nconnection: close\r\n\r\n${body}`,
  )
}
