const number = new Intl.NumberFormat('en')
const plural = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`

/** Everything that the shell says, in English. */
export const english = {
  number: (n: number): string => number.format(n),
  megabytes: (bytes: number): string =>
    bytes < 100_000 ? plural(bytes, 'byte', 'bytes') : `${(bytes / 1_000_000).toFixed(1)} MB`,
  minutes: (ms: number): string => {
    const minutes = Math.ceil(ms / 60_000)
    return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
  },
  menu: {
    file: 'File',
    edit: 'Edit',
    view: 'View',
    go: 'Go',
    help: 'Help',
    import: 'Import subscribers…',
    connect: 'Connect to…',
    close: 'Close window',
    quit: 'Quit Broadsheet',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    reload: 'Reload',
    actualSize: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    home: 'Home',
    campaigns: 'Campaigns',
    subscribers: 'Subscribers',
    alerts: 'Alerts',
    content: 'Content',
    analytics: 'Analytics',
    channels: 'Channels',
    settings: 'Settings',
    dataFolder: 'Open data folder',
    logsFolder: 'Open logs folder',
    notifications: 'Notify me of alerts',
    checkForUpdates: 'Check for updates…',
    updatesFolder: 'Take updates from a folder…',
    noUpdates: 'Look for no updates',
    about: 'About Broadsheet',
  },
  tray: {
    open: 'Open Broadsheet',
    quit: 'Quit',
    starting: 'The engine is starting',
    offline: 'Not connected',
    signIn: 'Sign in to see what is running',
    idle: 'Nothing is being sent',
    sending: (name: string, done: number, all: number): string =>
      `${name}: ${number.format(done)} of ${number.format(all)}`,
    pace: (perSecond: number): string => `${number.format(Math.round(perSecond))}/s`,
    left: (time: string): string => `${time} left`,
    more: (n: number): string => `and ${plural(n, 'other campaign', 'other campaigns')}`,
    firing: (n: number): string => (n === 1 ? '1 alert is firing' : `${number.format(n)} alerts are firing`),
    update: (version: string): string => `Version ${version} is ready to install`,
  },
  alert: {
    title: { info: 'Info', warning: 'Warning', error: 'Error', critical: 'Critical' },
    many: (n: number): string => `${plural(n, 'new alert', 'new alerts')}`,
  },
  leave: {
    title: (n: number): string =>
      n === 1 ? 'A campaign is being sent' : `${number.format(n)} campaigns are being sent`,
    detail:
      'If you quit, letters that are on their way are finished and the rest goes out when Broadsheet starts again. Nothing is lost, and nothing is sent twice.',
    quit: 'Quit and go on at the next start',
    stay: 'Keep running in the tray',
    cancel: 'Cancel',
  },
  import: {
    title: (name: string): string => `Import “${name}”?`,
    detail: (size: string, folder: string, where: string): string =>
      `${size}, from ${folder}. It is handed to ${where}, where you choose what its columns mean before anything is stored.`,
    own: 'this computer’s Broadsheet',
    yes: 'Choose columns…',
    no: 'Cancel',
    choose: 'Import subscribers',
    csv: 'Tables (CSV)',
    unreadable: (name: string): string => `“${name}” cannot be read`,
  },
  keys: {
    title: 'There is no keyring to keep secrets in',
    basic_text:
      'This desktop has no keyring that Broadsheet could use (such as GNOME Keyring or KWallet). The engine’s secrets, which sign the links in letters and seal second factors, would lie unencrypted in its data folder, in files that only you may read.',
    unavailable:
      'The system offers no encryption at the moment. The engine’s secrets, which sign the links in letters and seal second factors, would lie unencrypted in its data folder, in files that only you may read.',
    plain: 'Keep them unencrypted',
    quit: 'Quit',
    lost: 'The engine’s secrets cannot be opened',
    lostDetail: (file: string, why: string): string =>
      `${file} was sealed by another keyring: by another user, on another computer, or before the keyring was reset (${why}). Unlock or restore that keyring and start again. New secrets would break every link in letters that are out, so Broadsheet makes none.`,
  },
  engine: {
    refused: 'The engine did not start',
    lost: 'The engine has stopped',
    lostDetail: (code: number): string =>
      `Its process ended by itself (exit code ${code}). What was being sent goes on when it is started again; the log says more.`,
    again: 'Start again',
    logs: 'Open logs folder',
    quit: 'Quit',
    elsewhere: 'Connect elsewhere…',
  },
  unreachable: {
    title: (host: string): string => `${host} cannot be reached`,
    certificate: (host: string): string => `${host} does not prove who it is`,
    certificateDetail:
      'Its certificate is not valid. Broadsheet does not connect to a daemon that somebody else may be pretending to be; have its certificate put right.',
    again: 'Try again',
    elsewhere: 'Connect elsewhere…',
    cancel: 'Cancel',
  },
  connect: {
    title: 'Connect Broadsheet',
    own: 'This computer',
    ownDetail: 'The engine of this application, with its data in your own folder.',
    ownButton: 'Use this computer',
    remote: 'A daemon elsewhere',
    remoteDetail: 'You sign in on its own page, with your own account there.',
    address: 'Address',
    button: 'Connect',
    recent: 'Recently',
    connecting: (host: string): string => `Connecting to ${host} …`,
    problem: {
      shape: 'That is no address. Write it as https://news.example.org.',
      scheme: 'Only https addresses are possible, and http for this computer.',
      plain: 'Passwords would cross the network readable for everybody: use https.',
      credentials: 'Leave user and password out: you sign in on the next page.',
      path: 'Leave out what follows the host: the console is at its root.',
    },
  },
  updates: {
    none: 'No updates are looked for',
    noneDetail: 'Choose a folder that holds them under Help, or set "updates.from" in desktop.json.',
    newest: (version: string): string => `${version} is the newest version`,
    found: (version: string): string => `Version ${version} is there`,
    foundDetail: (from: string): string => `From ${from}. It is fetched now, and installed when you say so.`,
    fetch: 'Fetch it',
    ready: (version: string): string => `Version ${version} is ready to install`,
    readyDetail: 'Broadsheet closes, and opens again as the new version.',
    busy: 'Something is being sent. You are asked again when that is over.',
    install: 'Install and restart',
    later: 'Later',
    failed: 'Updates could not be looked for',
    choose: 'Choose the folder that holds updates',
    refused: (from: string): string =>
      `${from} is no place for updates: it must be a folder that is there, or an https address.`,
  },
  ok: 'OK',
}

export type Words = typeof english
