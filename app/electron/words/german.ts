import type { Words } from './english.ts'

const number = new Intl.NumberFormat('de')
const plural = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`

/** The same in German. */
export const german: Words = {
  number: (n) => number.format(n),
  megabytes: (bytes) =>
    bytes < 100_000
      ? plural(bytes, 'Byte', 'Bytes')
      : `${(bytes / 1_000_000).toFixed(1).replace('.', ',')} MB`,
  minutes: (ms) => {
    const minutes = Math.ceil(ms / 60_000)
    return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
  },
  menu: {
    file: 'Datei',
    edit: 'Bearbeiten',
    view: 'Ansicht',
    go: 'Gehe zu',
    help: 'Hilfe',
    import: 'Abonnenten importieren …',
    connect: 'Verbinden mit …',
    close: 'Fenster schließen',
    quit: 'Broadsheet beenden',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    selectAll: 'Alles auswählen',
    reload: 'Neu laden',
    actualSize: 'Originalgröße',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    fullScreen: 'Vollbild',
    home: 'Start',
    campaigns: 'Kampagnen',
    subscribers: 'Abonnenten',
    alerts: 'Alarme',
    content: 'Inhalte',
    analytics: 'Auswertung',
    channels: 'Kanäle',
    settings: 'Einstellungen',
    dataFolder: 'Datenordner öffnen',
    logsFolder: 'Protokollordner öffnen',
    notifications: 'Bei Alarmen benachrichtigen',
    checkForUpdates: 'Nach Aktualisierungen suchen …',
    updatesFolder: 'Aktualisierungen aus einem Ordner …',
    noUpdates: 'Nicht nach Aktualisierungen suchen',
    about: 'Über Broadsheet',
  },
  tray: {
    open: 'Broadsheet öffnen',
    quit: 'Beenden',
    starting: 'Die Engine startet',
    offline: 'Nicht verbunden',
    signIn: 'Melden Sie sich an, um zu sehen, was läuft',
    idle: 'Es wird nichts versandt',
    sending: (name, done, all) => `${name}: ${number.format(done)} von ${number.format(all)}`,
    pace: (perSecond) => `${number.format(Math.round(perSecond))}/s`,
    left: (time) => `noch ${time}`,
    more: (n) => `und ${plural(n, 'weitere Kampagne', 'weitere Kampagnen')}`,
    firing: (n) => (n === 1 ? '1 Alarm ist aktiv' : `${number.format(n)} Alarme sind aktiv`),
    update: (version) => `Version ${version} ist bereit zur Installation`,
  },
  alert: {
    title: { info: 'Hinweis', warning: 'Warnung', error: 'Fehler', critical: 'Kritisch' },
    many: (n) => plural(n, 'neuer Alarm', 'neue Alarme'),
  },
  leave: {
    title: (n) =>
      n === 1 ? 'Eine Kampagne wird gerade versandt' : `${number.format(n)} Kampagnen werden gerade versandt`,
    detail:
      'Wenn Sie beenden, werden Briefe, die unterwegs sind, noch zugestellt; der Rest geht hinaus, sobald Broadsheet wieder startet. Nichts geht verloren, und nichts wird doppelt versandt.',
    quit: 'Beenden und beim nächsten Start fortsetzen',
    stay: 'Im Infobereich weiterlaufen lassen',
    cancel: 'Abbrechen',
  },
  import: {
    title: (name) => `„${name}“ importieren?`,
    detail: (size, folder, where) =>
      `${size}, aus ${folder}. Die Datei wird ${where} übergeben; dort bestimmen Sie, was ihre Spalten bedeuten, bevor etwas gespeichert wird.`,
    own: 'dem Broadsheet dieses Rechners',
    yes: 'Spalten bestimmen …',
    no: 'Abbrechen',
    choose: 'Abonnenten importieren',
    csv: 'Tabellen (CSV)',
    unreadable: (name) => `„${name}“ lässt sich nicht lesen`,
  },
  keys: {
    title: 'Es gibt keinen Schlüsselbund für Geheimnisse',
    basic_text:
      'Diese Arbeitsumgebung hat keinen Schlüsselbund, den Broadsheet benutzen könnte (wie GNOME-Keyring oder KWallet). Die Geheimnisse der Engine, die Links in Briefen unterschreiben und zweite Faktoren versiegeln, lägen unverschlüsselt im Datenordner, in Dateien, die nur Sie lesen dürfen.',
    unavailable:
      'Das System bietet zurzeit keine Verschlüsselung an. Die Geheimnisse der Engine, die Links in Briefen unterschreiben und zweite Faktoren versiegeln, lägen unverschlüsselt im Datenordner, in Dateien, die nur Sie lesen dürfen.',
    plain: 'Unverschlüsselt aufbewahren',
    quit: 'Beenden',
    lost: 'Die Geheimnisse der Engine lassen sich nicht öffnen',
    lostDetail: (file, why) =>
      `${file} wurde von einem anderen Schlüsselbund versiegelt: von einem anderen Benutzer, auf einem anderen Rechner, oder bevor der Schlüsselbund zurückgesetzt wurde (${why}). Entsperren Sie ihn oder stellen Sie ihn wieder her, und starten Sie neu. Neue Geheimnisse würden jeden Link in Briefen zerstören, die schon draußen sind; darum legt Broadsheet keine an.`,
  },
  engine: {
    refused: 'Die Engine ist nicht gestartet',
    lost: 'Die Engine wurde beendet',
    lostDetail: (code) =>
      `Ihr Prozess hat von selbst geendet (Exit-Code ${code}). Was gerade versandt wurde, geht weiter, wenn sie wieder gestartet wird; mehr sagt das Protokoll.`,
    again: 'Neu starten',
    logs: 'Protokollordner öffnen',
    quit: 'Beenden',
    elsewhere: 'Anderswo verbinden …',
  },
  unreachable: {
    title: (host) => `${host} ist nicht erreichbar`,
    certificate: (host) => `${host} weist sich nicht gültig aus`,
    certificateDetail:
      'Das Zertifikat ist nicht gültig. Broadsheet verbindet sich nicht mit einem Dienst, für den sich jemand anders ausgeben könnte; lassen Sie das Zertifikat in Ordnung bringen.',
    again: 'Erneut versuchen',
    elsewhere: 'Anderswo verbinden …',
    cancel: 'Abbrechen',
  },
  connect: {
    title: 'Broadsheet verbinden',
    own: 'Dieser Rechner',
    ownDetail: 'Die Engine dieser Anwendung, mit ihren Daten in Ihrem eigenen Ordner.',
    ownButton: 'Diesen Rechner benutzen',
    remote: 'Ein Dienst anderswo',
    remoteDetail: 'Sie melden sich auf dessen eigener Seite an, mit Ihrem dortigen Konto.',
    address: 'Adresse',
    button: 'Verbinden',
    recent: 'Zuletzt',
    connecting: (host) => `Verbindung mit ${host} …`,
    problem: {
      shape: 'Das ist keine Adresse. Schreiben Sie sie als https://news.example.org.',
      scheme: 'Nur https-Adressen sind möglich, und http für diesen Rechner.',
      plain: 'Kennwörter gingen für alle lesbar durch das Netz: benutzen Sie https.',
      credentials: 'Lassen Sie Benutzer und Kennwort weg: Sie melden sich auf der nächsten Seite an.',
      path: 'Lassen Sie weg, was auf den Rechnernamen folgt: die Konsole liegt an dessen Wurzel.',
    },
  },
  updates: {
    none: 'Es wird nicht nach Aktualisierungen gesucht',
    noneDetail:
      'Wählen Sie unter „Hilfe“ einen Ordner, der sie enthält, oder setzen Sie „updates.from“ in desktop.json.',
    newest: (version) => `${version} ist die neueste Version`,
    found: (version) => `Version ${version} ist da`,
    foundDetail: (from) => `Aus ${from}. Sie wird jetzt geholt und installiert, wenn Sie es sagen.`,
    fetch: 'Holen',
    ready: (version) => `Version ${version} ist bereit zur Installation`,
    readyDetail: 'Broadsheet schließt sich und öffnet sich als neue Version wieder.',
    busy: 'Es wird gerade etwas versandt. Sie werden wieder gefragt, wenn das vorbei ist.',
    install: 'Installieren und neu starten',
    later: 'Später',
    failed: 'Die Suche nach Aktualisierungen ist fehlgeschlagen',
    choose: 'Ordner mit Aktualisierungen wählen',
    refused: (from) =>
      `${from} ist kein Ort für Aktualisierungen: es muss ein vorhandener Ordner oder eine https-Adresse sein.`,
  },
  ok: 'OK',
}
