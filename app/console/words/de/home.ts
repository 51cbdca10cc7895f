import type { home as english } from '../en/home.ts'

export const home: typeof english = {
  today: {
    sent: 'Heute gesendet',
    opened: 'Heute geöffnet, von Menschen',
    clicked: 'Heute geklickt, von Menschen',
    failed: 'Heute gescheitert',
    usual: (shown) => `um diese Zeit sonst ${shown}`,
    noUsual: 'noch kein Vergleich',
    queue: 'Warten auf Versand',
    perSecond: (shown) => `${shown} gehen je Sekunde hinaus`,
    still: 'nichts läuft',
  },
  goingOut: {
    title: 'Geht gerade hinaus',
    all: 'Alle Kampagnen',
    nothing: 'Im Augenblick geht nichts hinaus.',
    progressOf: (title) => `Fortschritt von ${title}`,
    perSecond: (shown) => `${shown} je Sekunde`,
    remaining: (time) => `noch ${time}`,
    failed: (shown) => `${shown} gescheitert`,
  },
  needs: {
    title: 'Braucht Sie',
    nothing: 'Nichts wartet auf Sie.',
    escalated: 'Niemand hat rechtzeitig bestätigt',
    channel: (name) => `Kanal ${name} kommt nicht durch`,
    paused: (title) => `„${title}“ ist angehalten`,
    unknown: (n, shown) =>
      n === 1 ? '1 Brief kam vielleicht nicht an' : `${shown} Briefe kamen vielleicht nicht an`,
    unknownWhy: 'Ihr Ausgang ging verloren; entscheiden Sie, ob sie noch einmal gesendet werden',
    silent: (name) => `Das Lebenszeichen ${name} bleibt aus`,
    drafts: (n, shown) => (n === 1 ? '1 Entwurf' : `${shown} Entwürfe`),
  },
  next: { title: 'Demnächst', all: 'Kalender', nothing: 'Nichts ist geplant.' },
  alerts: {
    title: 'Alarme',
    all: 'Alle Alarme',
    nothing: 'Alles ist ruhig.',
    more: (shown) => `und ${shown} weitere`,
  },
  health: {
    title: 'Zustand',
    all: 'System',
    store: 'Speicher',
    stream: 'Live-Verbindung',
    channel: (name) => `Kanal ${name}`,
    well: 'In Ordnung',
    away: 'Nicht da',
    reconnecting: 'Verbindet neu',
  },
  steps: {
    title: 'Von nichts zum ersten Brief',
    about: 'Fünf Schritte. Jeder geht hier, auf der Kommandozeile oder über die API.',
    done: 'Erledigt',
    people: { title: 'Leser hereinholen', about: 'Eine CSV-Datei importieren oder einige von Hand anlegen.' },
    items: { title: 'Etwas zu sagen haben', about: 'Beiträge anlegen oder einen Feed, der sie bringt.' },
    template: {
      title: 'Eine Vorlage machen',
      about: 'Wie der Brief aussieht, mit Vorschau für jeden Leser.',
    },
    campaign: {
      title: 'Eine Kampagne schreiben',
      about: 'Wer sie bekommt, was für jeden gewählt wird, und wann.',
    },
    send: { title: 'Senden', about: 'Testen, vorab prüfen und starten.' },
  },
}
