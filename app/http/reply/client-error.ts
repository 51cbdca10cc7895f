import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
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
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new BroadsheetError('E_TIMEOUT', 'The headers did not arrive in time.')
        : new BroadsheetError('E_BODY', 'The request is not valid HTTP.')
  const requestId = randomUUID()
  const trace = newTraceParent()
  const body = JSON.stringify(toProblem(refusal, { path: '', requestId, traceId: traceIdOf(trace) }))
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-request-id: ${requestId}\r\ntraceparent: ${trace}\r\nconnection: close\r\n\r\n${body}`,
  )
}
