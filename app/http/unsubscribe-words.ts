/** What the unsubscribe page says, in the languages it speaks. */
export interface Words {
  readonly language: 'en' | 'de'
  readonly title: string
  /** `who` is the masked address, `lists` the titles. Both are text, not HTML. */
  readonly question: (who: string, lists: string) => string
  readonly leaveLists: (lists: string) => string
  readonly leaveAll: string
  readonly leftTitle: string
  readonly left: (who: string, lists: string) => string
  readonly leftAll: (who: string) => string
  readonly notOnList: (who: string, lists: string) => string
  readonly stillOthers: string
  readonly noteLists: string
  readonly noteAll: string
  readonly badTitle: string
  readonly bad: string
  readonly failedTitle: string
  readonly failed: string
  readonly and: string
}

const english: Words = {
  language: 'en',
  title: 'Unsubscribe',
  question: (who, lists) => `${who} receives ${lists}. What would you like to stop?`,
  leaveLists: (lists) => `Stop ${lists}`,
  leaveAll: 'Stop everything',
  leftTitle: 'You are unsubscribed',
  left: (who, lists) => `${who} will not receive ${lists} any more.`,
  leftAll: (who) => `${who} will not receive anything from us any more.`,
  notOnList: (who, lists) => `${who} does not receive ${lists} any more. There is nothing left to do.`,
  stillOthers: 'Other newsletters from us go on. You can stop those as well:',
  noteLists: 'Everything else you get from us goes on.',
  noteAll: 'No newsletters of any kind to this address.',
  badTitle: 'This link is not valid',
  bad: 'It may have been cut off on its way. Please copy the whole link from the letter, or use the unsubscribe button of your mail program.',
  failedTitle: 'That did not work',
  failed: 'We could not do this just now, and nothing was changed. Please try again in a minute.',
  and: 'and',
}

const german: Words = {
  language: 'de',
  title: 'Abmelden',
  question: (who, lists) => `${who} bekommt ${lists}. Was möchten Sie abbestellen?`,
  leaveLists: (lists) => `${lists} abbestellen`,
  leaveAll: 'Alles abbestellen',
  leftTitle: 'Sie sind abgemeldet',
  left: (who, lists) => `${who} bekommt ${lists} nicht mehr.`,
  leftAll: (who) => `${who} bekommt nichts mehr von uns.`,
  notOnList: (who, lists) => `${who} bekommt ${lists} nicht mehr. Es bleibt nichts zu tun.`,
  stillOthers: 'Andere Newsletter von uns kommen weiter. Auch die können Sie abbestellen:',
  noteLists: 'Alles andere von uns kommt weiter.',
  noteAll: 'Keine Newsletter mehr an diese Adresse.',
  badTitle: 'Dieser Link ist nicht gültig',
  bad: 'Vielleicht wurde er unterwegs abgeschnitten. Bitte kopieren Sie den ganzen Link aus dem Brief, oder nehmen Sie den Abmelde-Knopf Ihres Mailprogramms.',
  failedTitle: 'Das hat nicht geklappt',
  failed:
    'Es ging gerade nicht, und es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.',
  and: 'und',
}

const spoken: readonly Words[] = [english, german]
const wordsFor = (tag: string): Words | undefined =>
  spoken.find((words) => words.language === tag.toLowerCase().split('-')[0])

/** The subscriber's language where it is spoken here, else the browser's first that is, else English. */
export function chooseWords(subscriber: string | null, acceptLanguage: string | undefined): Words {
  const own = subscriber === null ? undefined : wordsFor(subscriber)
  if (own !== undefined) return own
  const wanted = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', q] = part.trim().split(/\s*;\s*q=/)
      return { tag, weight: q === undefined ? 1 : Number(q) || 0 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of wanted) {
    const words = wordsFor(tag)
    if (words !== undefined) return words
  }
  return english
}
