import { BroadsheetError } from '../../engine/errors.ts'

/** Refuses with E_QUOTA what is more than there is room for. */
export function checkRoom(kept: number, bytes: number, maxTotalBytes: number): void {
  if (kept + bytes <= maxTotalBytes) return
  throw new BroadsheetError(
    'E_QUOTA',
    `Assets hold ${kept} of ${maxTotalBytes} bytes, and this one has ${bytes}: remove some, or raise assets.maxTotalBytes.`,
  )
}
