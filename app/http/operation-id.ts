const verbs: { readonly [method: string]: string } = {
  GET: 'read',
  POST: 'create',
  PUT: 'replace',
  PATCH: 'change',
  DELETE: 'remove',
}

/** The name of an operation in the API's description and in the audit log, from its method and path:
 *  `POST /api/v1/campaigns/:idOrName/start` is `campaign.start`, `DELETE /api/v1/lists/:idOrName` is `list.remove`. */
export function operationId(method: string, url: string): string {
  const [base = '', ...segments] = url
    .replace(/^\/api\/v1\//, '')
    .split('/')
    .filter((part) => part !== '')
  const path = url.startsWith('/api/v2/') ? ['alertmanager', ...segments.slice(1)] : [base, ...segments]
  const words: string[] = []
  let [many, one] = [false, false]
  for (const [index, segment] of path.entries()) {
    one = segment.startsWith(':')
    if (one) continue
    many = isPlural(segment)
    // A word behind another that is no collection is what is done: `campaign.start`, `access.login`.
    words.push(many ? singular(segment) : segment)
    if (index === path.length - 1 && !many && index > 0 && method === 'POST') return words.join('.')
  }
  const verb = method === 'GET' && many && !one ? 'list' : (verbs[method] ?? method.toLowerCase())
  return [...words, method === 'DELETE' && many && !one ? 'clear' : verb].join('.')
}

/** What the first parameter of a path names, or, where it has none, what its last segment is about: `campaign`. */
export function subjectNoun(url: string): string {
  const path = url.split('/')
  const first = path.findIndex((segment) => segment.startsWith(':'))
  const segment = path.at(first < 0 ? -1 : first - 1) ?? ''
  return isPlural(segment) ? singular(segment) : segment
}

const uncounted = new Set(['analytics', 'status', 'preferences', 'follow-preferences'])
const isPlural = (word: string): boolean => word.endsWith('s') && !word.endsWith('ss') && !uncounted.has(word)
const singular = (word: string): string =>
  word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/(?<=ss)es$|s$/, '')
