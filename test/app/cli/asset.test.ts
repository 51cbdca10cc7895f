import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { png } from '../../engine/assets/pictures.ts'
import { tempFolder } from '../../stores/support/folder.ts'
import { run } from './outside.ts'

// No daemon runs: each command brings its own.
let cwd: string
beforeEach(() => {
  cwd = tempFolder()
})
const cli = (...args: string[]) => run(cwd, args)
/** Its path. */
function write(name: string, content: string | Buffer): string {
  const path = join(cwd, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}
const kept = async () =>
  (await cli('asset', 'list', '--json')).json as unknown as { names: string[]; sha256: string }[]

describe('assets', () => {
  test('are added under the names of their files, once, and removed', async () => {
    const logo = write('Our logo (1).png', png(12, 34))
    const first = await cli('asset', 'add', logo)
    expect(first.out).toMatch(
      /^✓ Our-logo-1-\.png {2}added, 33 B {2}http:\/\/localhost:8025\/i\/[0-9a-f]{64}\/Our-logo-1-\.png\n$/,
    )
    expect((await cli('asset', 'add', logo, '--name', 'logo')).out).toContain('was there')
    expect(await kept()).toMatchObject([
      { names: ['Our-logo-1-.png', 'logo'], type: 'image/png', bytes: 33, width: 12, height: 34 },
    ])
    expect((await cli('asset', 'list')).out).toMatch(/Our-logo-1-\.png, logo +image\/png +33 B +12 x 34/)
    expect((await cli('asset', 'remove', 'nothing')).err).toContain('There is no asset named "nothing"')
    expect((await cli('asset', 'remove', 'logo')).code).toBe(0)
    expect(await kept()).toEqual([])
  })

  test('are refused by their bytes and names, and say why', async () => {
    const svg = await cli('asset', 'add', write('logo.png', '<svg onload="alert(1)"/>'))
    expect([svg.code, svg.err]).toEqual([4, expect.stringContaining('Browsers run what is in SVG')])
    const named = await cli('asset', 'add', write('real.png', png(1, 1)), '--name', '../../etc/passwd')
    expect([named.code, named.err]).toEqual([4, expect.stringContaining('a name is no path')])
    expect((await cli('asset', 'add', join(cwd, 'missing.png'))).err).toContain('There is no file')
    expect(await kept()).toEqual([])
  })
})

describe('a folder of templates', () => {
  test('brings what its templates show', async () => {
    write('news/img/logo.png', png(1, 1))
    write('news/img/sea.jpg', png(2, 2))
    write(
      'news/weekly.html',
      `---\nsubject: Hi\n---\n<p style="background: url(img/sea.jpg)"><img src="img/logo.png"><img src='./img/../img/logo.png'>` +
        `<img src="https://example.org/img/logo.png"><img src="{{ items[0].imageUrl }}"><a href="#top">Top</a><a href="page.html">Page</a></p>`,
    )
    write('news/weekly.de.html', '<img src="img/logo.png">')
    write('news/brief.md', '---\nsubject: Hi\n---\n![Logo](img/logo.png "The logo")')
    const added = await cli('template', 'add', join(cwd, 'news'))
    expect(added.err).toBe('')
    expect(added.code).toBe(0)
    const assets = await kept()
    expect(assets.map(({ names }) => names)).toEqual([
      ['brief-img-logo.png', 'weekly-img-logo.png'],
      ['weekly-img-sea.jpg'],
    ])

    const [weekly] = (await cli('template', 'show', 'weekly', '--json')).json
    expect(weekly).toMatchObject({
      body:
        `<p style="background: url({{ 'weekly-img-sea.jpg' | asset_url }})"><img src="{{ 'weekly-img-logo.png' | asset_url }}"><img src='{{ "weekly-img-logo.png" | asset_url }}'>` +
        `<img src="https://example.org/img/logo.png"><img src="{{ items[0].imageUrl }}"><a href="#top">Top</a><a href="page.html">Page</a></p>`,
      variants: { de: { body: `<img src="{{ 'weekly-img-logo.png' | asset_url }}">` } },
    })
    const [brief] = (await cli('template', 'show', 'brief', '--json')).json
    expect(brief).toMatchObject({ body: `![Logo]({{ 'brief-img-logo.png' | asset_url }} "The logo")` })

    const again = await cli('template', 'add', join(cwd, 'news'))
    expect(again.out).toMatch(/unchanged/)
    expect(await kept()).toEqual(assets)
    const refused = await cli('asset', 'remove', 'weekly-img-logo.png')
    expect([refused.code, refused.err]).toEqual([4, expect.stringMatching(/template weekly|template brief/)])
    expect((await cli('asset', 'remove', 'weekly-img-logo.png', '--force')).code).toBe(0)
  })

  test('brings nothing from outside of it, by no way', async () => {
    write('secret.png', png(1, 1))
    write('news/inside.png', png(1, 1))
    symlinkSync('../secret.png', join(cwd, 'news/link.png'))
    for (const [path, why] of [
      ['../secret.png', 'outside of'],
      ['..%2fsecret.png', 'outside of'],
      ['x/../../secret.png', 'outside of'],
      ['link.png', 'outside of'],
      ['missing.png', 'no such file'],
      ['%zz.png', 'no such file'],
    ]) {
      write('news/weekly.html', `---\nsubject: Hi\n---\n<img src="${path}">`)
      const { code, err } = await cli('template', 'add', join(cwd, 'news'))
      expect([code, err], path).toEqual([4, expect.stringContaining(why!)])
    }
    write(
      'news/weekly.html',
      `---\nsubject: Hi\n---\n<img src="${join(cwd, 'secret.png')}"><img src="file:///etc/a.png">`,
    )
    expect((await cli('template', 'add', join(cwd, 'news'))).code).toBe(0)
    expect(await kept()).toEqual([])
    write('news/drawing.svg', '<svg/>')
    write('news/weekly.html', `---\nsubject: Hi\n---\n<img src="drawing.svg">`)
    expect((await cli('template', 'add', join(cwd, 'news'))).err).toContain('Browsers run what is in SVG')
  })
})
