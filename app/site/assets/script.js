// What reading does not need: search, copying of examples, filters of long tables, where one is on the page.
const root = document.currentScript.dataset.root
const make = (name, fields, ...inside) => {
  const element = Object.assign(document.createElement(name), fields)
  element.append(...inside)
  return element
}

// --- Search: over the names of pages, sections and rows. The index comes when somebody begins to search.
const box = document.getElementById('site-search')
const input = make('input', { type: 'search', placeholder: 'Search', autocomplete: 'off', spellcheck: false })
input.setAttribute('aria-label', 'Search the documentation')
const list = make('ol', { hidden: true })
box.append(input, list)

let loading = null
const index = () => {
  loading ??= new Promise((resolve, reject) => {
    const script = make('script', { src: `${root}search-index.js`, onerror: reject })
    script.onload = () => resolve(globalThis.searchIndex)
    document.head.append(script)
  })
  return loading
}

/** The nearer a word is to the beginning of a name, and the shorter the name, the better; every word must be there. */
function scoreOf(words, name, page) {
  const [here, above] = [name.toLowerCase(), page.toLowerCase()]
  let score = 0
  for (const word of words) {
    const at = here.indexOf(word)
    if (at === -1 && !above.includes(word)) return 0
    if (at !== -1) score += (at === 0 || /[^a-z0-9]/.test(here[at - 1]) ? 4 : 1) + word.length / here.length
  }
  return score
}

async function seek() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    list.hidden = true
    return
  }
  const pages = await index()
  const found = []
  for (const [page, path, places] of pages) {
    const own = scoreOf(words, page, '')
    if (own > 0) found.push({ score: own + 3, name: page, page: '', href: root + path })
    for (const [name, anchor] of places) {
      const score = scoreOf(words, name, page)
      if (score > 0) found.push({ score, name, page, href: `${root}${path}#${anchor}` })
    }
  }
  found.sort((a, b) => b.score - a.score)
  const rows = found
    .slice(0, 12)
    .map(({ name, page, href }) =>
      make('li', {}, make('a', { href }, name, ...(page === '' ? [] : [make('small', {}, page)]))),
    )
  list.replaceChildren(
    ...(rows.length > 0 ? rows : [make('li', {}, make('p', {}, 'Nothing has such a name.'))]),
  )
  list.hidden = false
  choose(0)
}

const links = () => [...list.querySelectorAll('a')]
let chosen = 0
function choose(at) {
  const all = links()
  if (all.length === 0) return
  chosen = (at + all.length) % all.length
  for (const [i, link] of all.entries()) link.classList.toggle('chosen', i === chosen)
  all[chosen].scrollIntoView({ block: 'nearest' })
}
input.addEventListener('focus', index, { once: true })
input.addEventListener('input', seek)
input.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') choose(chosen + 1)
  else if (event.key === 'ArrowUp') choose(chosen - 1)
  else if (event.key === 'Enter') links()[chosen]?.click()
  else if (event.key === 'Escape') leave()
  else return
  event.preventDefault()
})
const leave = () => {
  list.hidden = true
  input.blur()
}
list.addEventListener('click', leave)
document.addEventListener('click', (event) => {
  if (!box.contains(event.target)) list.hidden = true
})
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, textarea, select')
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  input.focus()
})

// --- Examples can be copied.
for (const block of document.querySelectorAll('.code:not([data-language="http"], [data-language="text"])')) {
  const button = make('button', { type: 'button' }, 'Copy')
  button.addEventListener('click', async () => {
    const text = block.querySelector('code').textContent
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      // Pages from a disk may not write there: the text is marked, ready for the keyboard.
      getSelection().selectAllChildren(block.querySelector('code'))
      button.textContent = 'Marked'
    }
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 1500)
  })
  block.append(button)
}

// --- Long tables can be narrowed.
for (const table of document.querySelectorAll('.table')) {
  const rows = [...table.querySelectorAll('tbody tr')]
  if (rows.length < 30) continue
  const texts = rows.map((row) => row.textContent.toLowerCase())
  const field = make('input', { type: 'search', placeholder: 'Narrow down', autocomplete: 'off' })
  field.setAttribute('aria-label', 'Show only rows with these words')
  const count = make('output', {}, `${rows.length} rows`)
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const [i, row] of rows.entries()) {
      row.hidden = !words.every((word) => texts[i].includes(word))
      if (!row.hidden) shown++
    }
    count.textContent = words.length === 0 ? `${rows.length} rows` : `${shown} of ${rows.length}`
  })
  table.before(make('div', { className: 'filter' }, field, count))
}

// --- Which section is being read.
const aside = document.querySelector('.aside')
if (aside) {
  const byId = new Map(
    [...aside.querySelectorAll('a')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
  )
  const headings = [...document.querySelectorAll('h2[id], h3[id]')].filter(({ id }) => byId.has(id))
  let here = null
  const look = () => {
    const line = 120
    const last = headings.findLast((heading) => heading.getBoundingClientRect().top < line) ?? headings[0]
    const link = last && byId.get(last.id)
    if (!link || link === here) return
    here?.classList.remove('here')
    link.classList.add('here')
    here = link
    aside.scrollTo({ top: link.offsetTop - aside.clientHeight / 2 })
  }
  let asked = false
  addEventListener(
    'scroll',
    () => {
      if (asked) return
      asked = true
      requestAnimationFrame(() => {
        asked = false
        look()
      })
    },
    { passive: true },
  )
  look()
}

// --- The list of pages begins where its page is.
const pages = document.getElementById('site-pages')
const current = pages.querySelector('[aria-current]')
if (current) pages.scrollTop = current.offsetTop - pages.clientHeight / 2
