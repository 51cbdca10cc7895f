import { spanOf } from './span.ts'
import type { Words } from './words.ts'

export const german: Words = {
  language: 'de',
  join(titles) {
    const quoted = titles.map((title) => `„${title}“`)
    return quoted.length < 2
      ? (quoted[0] ?? '')
      : `${quoted.slice(0, -1).join(', ')} und ${quoted[quoted.length - 1]}`
  },
  date: (at, timeZone) => new Intl.DateTimeFormat('de-DE', { dateStyle: 'long', timeZone }).format(at),

  skip: 'Zum Inhalt springen',
  privacy: 'Datenschutz',
  imprint: 'Impressum',
  optional: 'freiwillig',
  back: 'Zurück',

  address: 'E-Mail-Adresse',
  addressHint: 'Zum Beispiel ada@example.org',
  name: 'Name',
  pot: 'Dieses Feld bitte leer lassen',
  wrong: (count) =>
    count === 1 ? 'Eine Angabe fehlt oder stimmt nicht:' : `${count} Angaben fehlen oder stimmen nicht:`,
  addressMissing: 'Bitte geben Sie Ihre E-Mail-Adresse ein.',
  addressWrong: 'Bitte geben Sie eine E-Mail-Adresse wie ada@example.org ein.',
  nameWrong: 'Bitte geben Sie einen Namen mit höchstens 200 Zeichen ein.',
  listMissing: 'Bitte wählen Sie mindestens einen Newsletter.',
  again: 'Das ging sehr schnell. Bitte prüfen Sie Ihre Angaben und drücken Sie den Knopf noch einmal.',
  formOld:
    'Das Formular war zu lange offen. Bitte prüfen Sie Ihre Angaben und drücken Sie den Knopf noch einmal.',

  badTitle: 'Dieser Link ist nicht gültig',
  bad: 'Vielleicht wurde er unterwegs abgeschnitten. Bitte kopieren Sie den ganzen Link aus dem Brief, oder nehmen Sie den Abmelde-Knopf Ihres Mailprogramms.',
  failedTitle: 'Das hat nicht geklappt',
  failed:
    'Es ging gerade nicht, und es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.',
  busyTitle: 'Zu viele Anfragen',
  busy: 'Aus Ihrem Netz kamen in kurzer Zeit zu viele Formulare. Es wurde nichts geändert. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  missingTitle: 'Hier ist nichts',
  missing: 'Vielleicht ist die Seite umgezogen, oder die Adresse hat einen Tippfehler.',
  elsewhereTitle: 'Dieses Formular kam von einer anderen Seite',
  elsewhere:
    'Zu Ihrer Sicherheit wurde es nicht verwendet. Bitte öffnen Sie die Seite noch einmal und nehmen Sie das Formular dort.',

  signUp: {
    title: (list) => `${list} abonnieren`,
    titleMany: 'Abonnieren',
    which: 'Welche Newsletter möchten Sie?',
    button: 'Abonnieren',
    consent: (publisher, lists) =>
      `Mit dem Abonnieren bitten Sie ${publisher}, ${lists} per E-Mail an diese Adresse zu schicken.`,
    consentMany: (publisher) =>
      `Mit dem Abonnieren bitten Sie ${publisher}, die oben gewählten Newsletter per E-Mail an diese Adresse zu schicken.`,
    promise: 'Sie können jederzeit aufhören, mit einem Klick in jedem Brief.',
    already: 'Schon dabei?',
    alreadyLink: 'Link zu Ihren Einstellungen anfordern',
    review: 'Fast geschafft: Bitte prüfen Sie Ihre Angaben und drücken Sie den Knopf.',
    checking: 'Einen Augenblick: Ihr Browser weist nach, dass er kein Spam-Programm ist …',
    unproved: 'Ohne JavaScript bekommen Sie eine E-Mail mit einem Link, den Sie bestätigen müssen.',
    sentTitle: 'Bitte schauen Sie in Ihr Postfach',
    sent: (who) =>
      `Vielen Dank. Falls Ihre Bestätigung noch fehlt, ist eine E-Mail mit einem Link unterwegs an ${who}. Vorher wird dorthin nichts anderes geschickt.`,
    sentHint:
      'Nach ein paar Minuten noch nichts da? Bitte schauen Sie in den Spam-Ordner, oder prüfen Sie die Adresse und versuchen Sie es noch einmal.',
    closedTitle: 'Keine Anmeldung möglich',
    closed: 'Unter dieser Adresse gibt es keinen Newsletter, den Sie abonnieren können.',
  },
  confirm: {
    title: 'Bitte bestätigen',
    question: (who, lists) =>
      `Jemand, hoffentlich Sie selbst, möchte ${lists} an ${who} bekommen. Stimmt das?`,
    questionAll: (who) =>
      `Jemand, hoffentlich Sie selbst, möchte unsere Briefe an ${who} bekommen. Stimmt das?`,
    button: 'Ja, bitte schicken',
    ignore: 'Wenn Sie es nicht waren, schließen Sie diese Seite: Sie hören nichts von uns.',
    doneTitle: 'Sie sind angemeldet',
    done: (who) => `Vielen Dank. Von nun an bekommen Sie unsere Briefe an ${who}.`,
    goneTitle: 'Dieser Link ist zu alt',
    gone: 'Er kann nichts mehr bestätigen. Bitte melden Sie sich noch einmal an: Sie bekommen einen neuen Link.',
    nothingTitle: 'Nichts mehr zu bestätigen',
    nothing: (who) => `Für ${who} ist alles erledigt. Sie können diese Seite schließen.`,
  },
  leave: {
    title: 'Abmelden',
    question: (who, lists) => `${who} bekommt ${lists}. Was möchten Sie abbestellen?`,
    questionAll: (who) => `Möchten Sie alles abbestellen, was wir an ${who} schicken?`,
    lists: (lists) => `${lists} abbestellen`,
    all: 'Alles abbestellen',
    noteLists: 'Alles andere von uns kommt weiter.',
    noteAll: 'Keine Newsletter mehr an diese Adresse.',
    why: 'Sagen Sie uns, warum?',
    reasons: {
      too_many: 'Zu viele Briefe',
      not_relevant: 'Interessiert mich nicht mehr',
      never_asked: 'Ich habe nie darum gebeten',
      elsewhere: 'Ich lese es anderswo',
      other: 'Etwas anderes',
    },
    more: 'In Ihren eigenen Worten',
    doneTitle: 'Sie sind abgemeldet',
    left: (who, lists) => `${who} bekommt ${lists} nicht mehr.`,
    leftAll: (who) => `${who} bekommt nichts mehr von uns.`,
    notOn: (who, lists) => `${who} bekommt ${lists} nicht mehr. Es bleibt nichts zu tun.`,
    others: 'Andere Newsletter von uns kommen weiter. Auch die können Sie abbestellen:',
    preferences: 'Lieber weniger Briefe oder andere Themen? Einstellungen ändern',
    mistake: 'War das ein Versehen?',
    mistakeLink: 'In Ihren Einstellungen neu wählen',
  },
  preferences: {
    title: 'Ihre Einstellungen',
    about: (who) => `Für die Briefe, die wir an ${who} schicken.`,
    saved: 'Ihre Einstellungen sind gespeichert.',
    refused:
      'Das ließ sich für diese Adresse nicht ändern. Bitte melden Sie sich über das Formular neu an, oder schreiben Sie uns.',
    unconfirmed:
      'Diese Adresse ist noch nicht bestätigt: Es wird nichts geschickt, bevor Sie den Link in unserer Bestätigungsmail geöffnet haben.',
    departed:
      'An diese Adresse wird zur Zeit nichts geschickt. Wählen Sie unten einen Newsletter, um ihn wieder zu bekommen.',
    lists: 'Newsletter',
    waiting: 'wartet auf Ihre Bestätigung',
    topics: 'Themen',
    topicsHint: 'Wie viel möchten Sie jeweils lesen? Danach werden Ihre Briefe zusammengestellt.',
    weights: { none: 'Nichts', little: 'Ein wenig', some: 'Regelmäßig', much: 'So viel wie möglich' },
    frequency: 'Briefe in der Woche, höchstens',
    frequencyHint: 'Alle unsere Newsletter zusammen.',
    noLimit: 'Unbegrenzt',
    perWeek: (count) => (count === 1 ? 'Einer' : String(count)),
    alerts: {
      title: 'Meldungen',
      hint: 'Sie kommen sofort, neben den Briefen. Was Sie abwählen, wird nicht mehr geschickt.',
      all: 'Alle Themen',
      from: (severity) => `ab ${severity}`,
      mail: 'E-Mail',
    },
    pause: 'Wie oft',
    pauseUntil: 'Pause bis',
    pauseHint: 'Vor diesem Tag wird nichts geschickt. Leer lassen, um Briefe zu bekommen.',
    dateWrong: 'Bitte geben Sie einen Tag zwischen morgen und in zwei Jahren ein.',
    person: 'Über Sie',
    letterLanguage: 'Sprache',
    timeZone: 'Zeitzone',
    unsaid: 'Nicht gewählt',
    tracking: 'Öffnungen und Klicks',
    trackingHint:
      'Dürfen wir festhalten, welche Briefe Sie öffnen und welchen Links Sie folgen, um besser für Sie auszuwählen?',
    granted: 'Ja, gern',
    denied: 'Nein, bitte nicht',
    choiceWrong: 'Bitte wählen Sie eine der Möglichkeiten.',
    save: 'Einstellungen speichern',
    leaveAll: 'Alle Briefe abbestellen',
    data: 'Ihre Daten',
    dataHint:
      'Alles, was wir über diese Adresse wissen: Einstellungen, Einwilligungen, und welche Briefe verschickt wurden.',
    download: 'Als JSON herunterladen',
    erase: 'Alles löschen',
  },
  erase: {
    title: 'Ihre Daten löschen?',
    what: (who) =>
      `Alles, was wir über ${who} wissen, wird gelöscht: Name, Einstellungen, Interessen und Verlauf. Sie bekommen keine Briefe mehr. Das lässt sich nicht rückgängig machen.`,
    stays:
      'Nur ein unlesbarer Fingerabdruck der Adresse bleibt, damit sie niemand aus Versehen wieder einträgt.',
    understood: 'Ich weiß, dass meine Daten nicht zurückgeholt werden können.',
    notUnderstood: 'Bitte kreuzen Sie zuerst an, dass Sie es so meinen.',
    button: 'Meine Daten endgültig löschen',
    keep: 'Nein, behalten',
    doneTitle: 'Ihre Daten sind gelöscht',
    done: 'Wir wissen nichts mehr über Sie. Vielen Dank, dass Sie uns gelesen haben.',
  },
  link: {
    title: 'Link zu Ihren Einstellungen',
    about:
      'Geben Sie die Adresse ein, an die Sie unsere Briefe bekommen. Wir schicken einen Link zu Ihren Einstellungen und Daten dorthin.',
    button: 'Link zuschicken',
    sentTitle: 'Bitte schauen Sie in Ihr Postfach',
    sent: (who) => `Falls wir ${who} kennen, ist eine E-Mail mit dem Link unterwegs.`,
  },
  alert: {
    titleMany: (count) => `${count} Alarme`,
    severities: { info: 'Hinweis', warning: 'Warnung', error: 'Fehler', critical: 'Kritisch' },
    moment: (at) =>
      `${new Intl.DateTimeFormat('de-DE', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`,
    span: (ms) =>
      spanOf(ms, ['Minute', 'Minuten'], ['Stunde', 'Stunden'], ['Tag', 'Tagen'], 'weniger als einer Minute'),
    since: (span, moment) => `Seit ${span} (${moment}).`,
    over: (moment) => `Vorbei seit ${moment}.`,
    escalated: 'Niemand hatte sich gemeldet, also wurde er weitergegeben.',
    taken: (who, moment, comment) =>
      `Bestätigt von ${who}, ${moment}${comment === '' ? '.' : `: „${comment}“`}`,
    expired: 'Es war nichts mehr davon zu hören.',
    more: (count) => (count === 1 ? 'Und noch einer.' : `Und ${count} weitere.`),
    all: 'Ganzer Text',
    question: 'Kümmern Sie sich darum?',
    takeOver: 'Es kümmert sich schon jemand. Übernehmen Sie?',
    effect: 'Dann wird nichts wiederholt und nichts weitergegeben, bis es vorbei ist.',
    name: 'Ihr Name',
    comment: 'Bemerkung',
    commentHint: 'Zum Beispiel, was Sie vorhaben',
    button: 'Bestätigen',
    takeOverButton: 'Übernehmen',
    thanks: 'Danke. Es liegt nun in Ihren Händen.',
    somebody: 'jemandem mit dem Link',
    overTitle: 'Es ist vorbei',
    nothing: 'Es bleibt nichts zu tun.',
    tooLate: 'Es war vorbei, bevor Sie den Knopf gedrückt haben: Es bleibt nichts zu tun.',
    meanwhile:
      'Es hat sich gerade etwas geändert. Bitte schauen Sie noch einmal, und drücken Sie den Knopf erneut.',
    badTitle: 'Dieser Link ist nicht gültig',
    bad: 'Vielleicht wurde er unterwegs abgeschnitten, oder das, wovon er erzählte, ist lange vorbei und vergessen.',
  },
  archive: {
    title: 'Archiv',
    empty: 'Noch keine Briefe. Sie erscheinen hier, sobald sie verschickt sind.',
    older: 'Ältere Briefe',
    newer: 'Neueste Briefe',
    feed: 'Atom-Feed',
    all: 'Alle Briefe',
    goneTitle: 'Dieser Brief ist nicht hier',
    gone: 'Es gibt diesen Brief nicht, oder er lässt sich nicht mehr zeigen.',
  },
}
