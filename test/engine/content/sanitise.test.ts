import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitiseHtml } from '../../../engine/content/sanitise.ts'

const base = 'https://site.example/news/1'
const cleaned = (html: string) => sanitiseHtml(html, { base })

/** What comes, and what stands in the letter. */
const cases: readonly (readonly [what: string, html: string, clean: string])[] = [
  ['text and markup', '<p>a <b>b</b> <i>c</i></p>', '<p>a <b>b</b> <i>c</i></p>'],
  ['what is no tag', 'a < b & c', 'a &lt; b &amp; c'],
  ['tags that nobody closes', '<p>a <b>b', '<p>a <b>b</b></p>'],
  ['scripts', 'a<script>alert(1)</script>b', 'ab'],
  ['scripts in another spelling', 'a<SCRIPT/x>alert(1)</sCript >b', 'ab'],
  ['scripts within a tag', '<scr<script>ipt>alert(1)</script>', 'ipt&gt;alert(1)'],
  ['styles', 'a<style>p{color:expression(alert(1))}</style>b', 'ab'],
  ['style attributes', '<p style="width:expression(alert(1))">a</p>', '<p>a</p>'],
  ['classes and ids', '<p class="a" id="b">a</p>', '<p>a</p>'],
  ['handlers', '<p onclick="alert(1)" onMouseOver=alert(1)>a</p>', '<p>a</p>'],
  ['handlers behind a slash', '<img/onerror=alert(1)/src=x>', ''],
  ['forms', '<form action="/x"><input name="a">a<button>b</button></form>', 'a'],
  ['choices', '<select><option>a</option></select>b', 'b'],
  ['objects', '<object data="x.swf">a</object><applet>b</applet>c', 'c'],
  ['drawings', '<svg><a xlink:href="javascript:alert(1)">x</a></svg>a', 'a'],
  ['formulas', '<math><mi xlink:href="javascript:alert(1)">x</mi></math>a', 'a'],
  ['pages', '<html><head><title>t</title><base href="//x"></head><body>a</body></html>', 'a'],
  ['refreshes', '<meta http-equiv="refresh" content="0;url=//x">a', 'a'],
  ['comments', 'a<!-- <script>alert(1)</script> -->b', 'ab'],
  ['conditional comments', 'a<!--[if mso]><script>alert(1)</script><![endif]-->b', 'ab'],
  ['links that do something', '<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
  ['in any spelling', '<a href=" jAvA&#x09;script&colon;alert(1)">a</a>', '<a>a</a>'],
  ['links with data', '<a href="data:text/html,x">a</a>', '<a>a</a>'],
  ['links within the page', '<a href="#top">a</a>', '<a>a</a>'],
  ['links to mail', '<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'],
  [
    'relative links',
    '<a href="../2?a=1&amp;b=2">a</a>',
    '<a href="https://site.example/2?a=1&amp;b=2">a</a>',
  ],
  ['links without a scheme', '<a href="//x.example/">a</a>', '<a href="https://x.example/">a</a>'],
  [
    'targets',
    '<a href="/a" target="_blank" rel="x" ping="/p">a</a>',
    '<a href="https://site.example/a">a</a>',
  ],
  [
    'relative pictures',
    '<img src="a.png" alt="A" width="900" height="600" srcset="b.png 2x">',
    '<img src="https://site.example/news/a.png" alt="A" width="600" style="max-width:100%;height:auto" />',
  ],
  [
    'pictures that load late',
    '<img src="data:image/gif;base64,R0" data-src="/a.png">',
    '<img src="https://site.example/a.png" alt="" style="max-width:100%;height:auto" />',
  ],
  ['pictures in themselves', '<img src="data:image/png;base64,AAAA">', ''],
  ['pictures that count readers', '<img src="/p.gif" width="1" height="1">', ''],
  ['frames', '<iframe src="/v/1" title="A film"></iframe>', '<a href="https://site.example/v/1">A film</a>'],
  ['frames that do something', '<iframe src="javascript:alert(1)"></iframe>', '<span></span>'],
]

describe('HTML for mail', () => {
  test.each(cases)('%s', (_what, html, clean) => {
    expect(cleaned(html)).toBe(clean)
  })

  test('without a base, relative addresses go', () => {
    expect(sanitiseHtml('<a href="/a">a</a><img src="/b"><img src="https://x.example/c">')).toBe(
      '<a>a</a><img src="https://x.example/c" alt="" style="max-width:100%;height:auto" />',
    )
  })

  test('what is too long is cut, and closed', () => {
    const clean = sanitiseHtml(`<ul>${'<li>word</li>'.repeat(1000)}</ul>`, { maxChars: 1000 })
    expect(clean.length).toBeLessThanOrEqual(1000)
    expect(clean.length).toBeGreaterThan(300)
    expect(clean).toMatch(/^<ul>(<li>word<\/li>)+<\/ul>$/)
  })

  test('of what is nested too deep, the tags go; beyond any measure, the rest', () => {
    const deep = sanitiseHtml(`${'<div>'.repeat(100)}a${'</div>'.repeat(100)}b`)
    expect(deep).toBe(`${'<div>'.repeat(64)}a${'</div>'.repeat(64)}b`)
    expect(sanitiseHtml(`<p>a</p>${'<p>b</p>'.repeat(500)}${'<div>'.repeat(1000)}c`)).toMatch(/^<p>a<\/p>/)
  })
})

describe('whatever comes', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'<script|</script>|<img src=x onerror=|onload="|javascript:|jav&#x61;script:|<svg|<math>|<mtext>|<style>'.split(
        '|',
      ),
      ...'</style>|<!--|-->|--!>|<![CDATA[|]]>|<noscript>|</noscript>|<p title="|<a href="|\'|"|>|/>|<|&lt;|&#60;'.split(
        '|',
      ),
      ...'<textarea>|</textarea>|<title>|<iframe|<iframe src="|<xmp>|<template>|<plaintext>|<form|<table>|</p>'.split(
        '|',
      ),
      ...' onclick=alert(1)|style="x:expression(1)"|&quot;|\u0000|\t|\n| |=|//x.example/|data:text/html,'.split(
        '|',
      ),
    ),
    fc.string({ maxLength: 8 }),
  )
  const input = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  // The letter's own grammar: nothing that is written looks otherwise, so nothing is left to a reader's repair.
  const tag = /<\/?[a-z][a-z0-9]*(?: [a-z]+="[^"<>]*")*(?: \/)?>/g

  test('only tags and attributes of the list are written, and no other "<"', () => {
    fc.assert(
      fc.property(input, (html) => {
        const clean = cleaned(html)
        const rest = clean.replace(tag, '')
        expect(rest).not.toContain('<')
        for (const [found] of clean.matchAll(tag)) {
          expect(found).not.toMatch(
            /^<\/?(script|style|iframe|object|embed|form|input|svg|math|base|meta|link)\b/,
          )
          expect(found).not.toMatch(/ on[a-z]+=/)
          for (const [, name, value] of found.matchAll(/ ([a-z]+)="([^"]*)"/g))
            if (name === 'href' || name === 'src') expect(value).toMatch(/^(https?:\/\/|mailto:)/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('what was cleaned once stays as it is', () => {
    fc.assert(
      fc.property(input, (html) => {
        const once = cleaned(html)
        expect(cleaned(once)).toBe(once)
      }),
      { numRuns: 200 },
    )
  })
})
