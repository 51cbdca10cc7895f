import { type Answer, addressOf, Refusal } from '../../api/client.ts'

/** Sends a file, and tells how far it is: from 0 to 1. fetch cannot. Rejects with a Refusal. */
export function upload(file: File, onProgress: (share: number) => void): Promise<Answer<'POST /assets'>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', addressOf('POST /assets', { query: { name: assetName(file.name) } }))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept', 'application/json')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () =>
      request.status < 300
        ? resolve(request.response as Answer<'POST /assets'>)
        : reject(
            new Refusal(
              { ...(request.response as object | null), status: request.status },
              Number(request.getResponseHeader('retry-after')) || null,
            ),
          )
    request.onerror = () => reject(new Refusal({ status: 0 }, null))
    request.send(file)
  })
}

/** A name is no path: blanks and what else is not taken become hyphens. */
export const assetName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(-100) || 'file'
