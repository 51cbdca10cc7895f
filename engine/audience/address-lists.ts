const setOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Mailboxes of a function (RFC 2142 and the usual others): several people read them, and one of them complains. */
export const roleNames = setOf(`
  abuse admin administrator all billing board bounce bounces buero compliance contact contato datenschutz dev devnull dns
  einkauf everyone feedback ftp hello help helpdesk hostmaster hr info information inquiries it jobs karriere kontakt legal
  list list-request mail mailer-daemon mailerdaemon marketing media news newsletter nobody no-reply noc noreply null office
  orders personal post postmaster presse press privacy redaktion registrar root sales secretary security service spam
  staff subscribe support sysadmin team tech undisclosed-recipients unsubscribe usenet uucp verkauf vertrieb webmaster
  webmail www zentrale`)

/** Domains that give addresses away, beside those of the package: names that it did not have. */
export const disposableDomains = setOf(`
  10minutemail.com 10minutemail.net guerrillamail.com guerrillamail.net mailinator.com maildrop.cc mohmal.com sharklasers.com
  temp-mail.org tempmail.com tempmail.dev trash-mail.com trashmail.com trashmail.de wegwerfmail.de yopmail.com yopmail.fr`)

/** Large providers, the likelier first. */
export const providerDomains = setOf(`
  gmail.com yahoo.com hotmail.com outlook.com icloud.com gmx.de web.de t-online.de googlemail.com aol.com live.com msn.com
  me.com mac.com gmx.net gmx.at gmx.ch freenet.de posteo.de mailbox.org proton.me protonmail.com yahoo.de yahoo.co.uk yahoo.fr
  hotmail.de hotmail.co.uk hotmail.fr outlook.de live.de arcor.de freenet.net online.de orange.fr free.fr laposte.net
  wanadoo.fr libero.it bluewin.ch hispeed.ch aon.at chello.at comcast.net verizon.net att.net sbcglobal.net bellsouth.net
  cox.net btinternet.com sky.com mail.com mail.ru yandex.ru ymail.com rocketmail.com fastmail.com zoho.com`)
