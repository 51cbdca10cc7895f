import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge } from '../../../engine/assets/judge.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { avif, gif, jpeg, pdf, png, webp, woff2 } from './pictures.ts'

const limits = { maxPixels: 40_000_000 }
const judged = (bytes: Buffer, name = 'picture') => judge(bytes, name, limits)
const refusal = (bytes: Buffer, name = 'picture'): string => {
  try {
    judged(bytes, name)
  } catch (error) {
    if (error instanceof BroadsheetError && error.code === 'E_ASSET') return error.message
    throw error
  }
  throw new Error('It was taken.')
}

describe('what a file is', () => {
  test.for([
    ['image/png', png(640, 480), 640, 480],
    ['image/gif', gif(300, 1000), 300, 1000],
    ['image/jpeg', jpeg(4000, 3000), 4000, 3000],
    ['image/jpeg', jpeg(4000, 3000, 400_000), 4000, 3000],
    ['image/webp', webp('VP8 ', 550, 368), 550, 368],
    ['image/webp', webp('VP8L', 386, 395), 386, 395],
    ['image/webp', webp('VP8X', 16_000, 2), 16_000, 2],
    ['image/avif', avif([200, 100]), 200, 100],
    ['image/avif', avif([160, 120], [2000, 1500]), 2000, 1500],
    ['font/woff2', woff2, null, null],
    ['application/pdf', pdf, null, null],
  ] as const)('%s says itself', ([type, bytes, width, height]) => {
    for (const name of ['picture.svg', 'picture.html', 'picture'])
      expect(judged(bytes, name)).toEqual({ type, width, height })
  })

  test('a picture that mail programs can show is read as they read it', () => {
    // 1 x 1, transparent.
    const real =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    expect(judged(Buffer.from(real, 'base64'))).toEqual({ type: 'image/png', width: 1, height: 1 })
    const lossy = 'UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA='
    expect(judged(Buffer.from(lossy, 'base64'))).toEqual({ type: 'image/webp', width: 1, height: 1 })
  })
})

describe('what is refused', () => {
  test.for([
    ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'Browsers run'],
    ['\ufeff \n<?xml version="1.0"?><svg/>', 'Browsers run'],
    ['<!doctype html><script>alert(1)</script>', 'Browsers run'],
    ['<!-- GIF89a --><script>', 'Browsers run'],
    ['#!/bin/sh\n', 'none of PNG'],
    ['body { background: url(javascript:alert(1)) }', 'none of PNG'],
    ['MZ\x90\x00', 'none of PNG'],
    ['', 'none of PNG'],
    ['GIF8', 'none of PNG'],
  ])('%j', ([content, why]) => {
    for (const name of ['logo.png', 'logo.svg']) expect(refusal(Buffer.from(content!), name)).toContain(why)
  })

  test('text in UTF-16 is no way around', () => {
    expect(refusal(Buffer.from('\ufeff<svg onload="x">', 'utf16le'))).toContain('Browsers run')
  })

  test('archives, whatever is in them', () => {
    const tar = Buffer.alloc(512)
    tar.write('logo.png')
    tar.write('ustar', 257)
    for (const bytes of [gzipSync(png(1, 1)), Buffer.from('PK\x03\x04logo.png'), tar])
      expect(refusal(bytes)).toContain('Archives are not unpacked')
  })

  test('pictures that would be too large unpacked, however few bytes they are', () => {
    expect(judged(png(8000, 5000))).toMatchObject({ width: 8000 })
    for (const bomb of [
      png(8001, 5000),
      png(0xffff_ffff, 0xffff_ffff),
      gif(65_535, 65_535),
      jpeg(65_535, 65_535),
      webp('VP8L', 16_384, 16_384),
      webp('VP8X', 16_777_216, 16_777_216),
      avif([100, 100], [100_000, 100_000], [10, 10]),
    ])
      expect(refusal(bomb)).toContain('maxPixels')
  })

  test('pictures without a size, and those that are cut off', () => {
    expect(refusal(png(0, 10))).toContain('0 x 10')
    expect(refusal(jpeg(10, 0))).toContain('10 x 0')
    for (const whole of [png(5, 5), gif(5, 5), jpeg(5, 5), webp('VP8 ', 5, 5), avif([5, 5])]) {
      const at = whole.length - (whole[0] === 0xff ? 16 : whole[0] === 0x47 ? 5 : 12)
      expect(refusal(whole.subarray(0, at))).toMatch(/damaged/)
    }
    // The frame lies behind all that is looked at.
    expect(refusal(jpeg(5, 5, 600_000).subarray(0, 524_288))).toContain('damaged')
  })

  test('anything is judged or refused, and nothing breaks', () => {
    const heads = [png(5, 5), gif(5, 5), jpeg(5, 5), webp('VP8 ', 5, 5), webp('VP8X', 5, 5), avif([5, 5])]
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.nat(40),
        fc.uint8Array({ maxLength: 60 }),
        (head, keep, rest) => {
          const bytes = Buffer.concat([head.subarray(0, keep), rest])
          try {
            const { width, height } = judged(bytes)
            if (width !== null && height !== null)
              expect(width * height).toBeLessThanOrEqual(limits.maxPixels)
          } catch (error) {
            expect(error).toMatchObject({ code: 'E_ASSET' })
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})
