// Made by `npm run docs:generate` from the schemas of the API: change those.
// biome-ignore-all format: generated
// biome-ignore-all lint: generated

export type Alert = {
  readonly id: number
  /** Reports with the same key are one alert. */
  readonly key: string
  readonly state: "firing" | "acknowledged" | "escalated" | "resolved" | "expired"
  readonly severity: "info" | "warning" | "error" | "critical"
  readonly topic: string | null
  readonly title: string
  readonly text: string
  readonly labels: { readonly [key: string]: string }
  readonly annotations: { readonly [key: string]: string }
  readonly links: readonly {
    readonly title: string
    readonly url: string
  }[]
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly startsAt: number
  /** When it is over unless its source says so again. */
  readonly endsAt: number
  /** What it is then. */
  readonly ends: "resolved" | "expired"
  readonly acknowledged: {
    /** Milliseconds since 1970-01-01T00:00:00Z. */
    readonly at: number
    readonly by: string
    readonly comment: string
  } | null
  /** Null while it is open. */
  readonly endedAt: number | null
  /** How often its source spoke of it. */
  readonly reports: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly reportedAt: number
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Asset = {
  readonly id: number
  /** Of the bytes, in hex. */
  readonly sha256: string
  /** What it was called first. */
  readonly name: string
  /** Names that mean it now: what templates say, as in `{{ 'logo.png' | asset_url }}`. */
  readonly names: readonly string[]
  /** By its bytes. */
  readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "font/woff2" | "application/pdf"
  readonly bytes: number
  /** In points; null for what is no picture. */
  readonly width: number | null
  readonly height: number | null
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Where readers find it: the same bytes for ever. */
  readonly url: string
}
export type AuditEntry = {
  readonly id: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number
  /** Who; the name as it was then. `nobody`: a sign-in that failed. */
  readonly caller: {
    readonly kind: "local" | "key" | "user" | "system" | "nobody"
    readonly id: string
    readonly name: string
  }
  /** The id of the operation, such as `campaign.start`. */
  readonly action: string
  /** What it was done to, such as `campaign/12`. */
  readonly subject: string | null
  /** refused: the caller may not, or it was not possible. failed: lost infrastructure, or a defect. */
  readonly outcome: "done" | "refused" | "failed"
  readonly requestId: string | null
  /** The network address it came from. */
  readonly address: string | null
  readonly detail: { readonly [key: string]: string | number | boolean | null }
}
export type BounceReport = {
  readonly kind: "bounce" | "complaint" | "unsubscribe" | "none"
  /** What it was read as; of "none" why */
  readonly by: string
  readonly recipients: readonly {
    readonly addresses: readonly string[]
    /** RFC 3463, e.g. 5.1.1 */
    readonly status: string | null
    readonly smtp: number | null
    readonly text: string
    readonly class: ("hard" | "soft" | "block" | "full" | "policy") | null
    readonly action: ("suppress" | "count" | "note" | "ignore") | null
    /** The line of the rule table that decided */
    readonly rule: string | null
    /** What became of it; null where nothing was to be done */
    readonly outcome: ("suppressed" | "counted" | "noted" | "left" | "ignored" | "repeated" | "unproven" | "erased" | "nobody") | null
    readonly subscriberId: number | null
    /** Whose letter it was, where that is known */
    readonly publicationId: number | null
  }[]
}
export type Campaign = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly title: string
  readonly state: "draft" | "scheduled" | "running" | "paused" | "finished" | "cancelled" | "failed"
  /** Why it is in this state, where that is not obvious. */
  readonly reason: string | null
  readonly template: string
  readonly subject: string | null
  readonly sender: {
    readonly address: string
    readonly name: string
    readonly replyTo: string | null
    readonly postalAddress?: string | null
  }
  readonly channel: string
  readonly lists: readonly string[]
  readonly excludeLists: readonly string[]
  readonly segments: readonly string[]
  readonly excludeSegments: readonly string[]
  readonly campaigns: readonly string[]
  readonly excludeCampaigns: readonly string[]
  /** A rule that narrows who is named; alone, it is who gets it. */
  readonly where: string | null
  readonly selection: {
    readonly count: number
    readonly minimum: number
    readonly pool: number
    readonly topics: readonly string[]
    readonly maxAgeMs: number | null
    readonly pinned: readonly string[]
    readonly sinceLast: boolean
    readonly minimumNew: number
    readonly onlyNew: boolean
    readonly halfLifeMs: number
    readonly diversity: number
  }
  readonly data: { readonly [key: string]: unknown }
  readonly uncertain: "hold" | "resend"
  readonly onceKey: string | null
  readonly retryForMs: number
  readonly autoPauseShare: number
  readonly autoPauseAfter: number
  readonly repeat: {
    readonly cron: string
    readonly timeZone: string
    readonly until: number | null
    readonly count: number | null
  } | null
  readonly deliverAt: "same-moment" | "local-time"
  readonly ignoreCaps: boolean
  /** Instead of what the configuration says; null: as it says. */
  readonly tracking: {
    readonly links: boolean | null
    readonly opens: boolean | null
  }
  readonly graceMs: number
  readonly language: string
  readonly timeZone: string
  /** Anyone may read its letters at /a/. */
  readonly archive: boolean
  /** When it starts; of a recurring one the next due time. */
  readonly scheduledAt: number | null
  /** Its present or last run. */
  readonly publicationId: number | null
}
export type Consent = {
  readonly subscriberId: number
  /** Counts a person’s own from 1. */
  readonly seq: number
  readonly kind: "signUp" | "confirm" | "pause" | "resume" | "unsubscribe" | "rejoin" | "bounce" | "complain" | "erase" | "setStatus" | "ask" | "join" | "leave" | "tracking" | "frequency"
  /** Null for who was not known before. */
  readonly from: ("unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained" | "erased") | null
  readonly to: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained" | "erased"
  /** The lists that it speaks of. */
  readonly lists: readonly number[]
  readonly source: "form" | "page" | "letter" | "import" | "api" | "cli" | "provider" | "system"
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number
  readonly ip: string | null
  readonly userAgent: string | null
  /** The page, file or letter it came from. */
  readonly origin: string | null
  /** The words agreed to, or a person’s own reason. */
  readonly words: string | null
}
export type Delivery = {
  readonly publicationId: number
  readonly subscriberId: number
  readonly address: string | null
  readonly channel: string
  readonly chunk: number
  readonly state: "handing" | "sent" | "failed" | "retry" | "unknown" | "skipped" | "suppressed"
  readonly attempt: number
  /** How often its outcome was lost: copies may exist only where this is above 0. */
  readonly uncertain: number
  readonly dueAt: number | null
  readonly code: string | null
  readonly detail: string | null
  readonly picks: readonly {
    readonly itemId: number
    readonly title: string
    readonly url: string
    /** For people: `because you follow Security`. */
    readonly reason: string
  }[]
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Event = {
  readonly id: number
  readonly publicationId: number
  readonly subscriberId: number
  readonly channel: string
  readonly type: "sent" | "failed" | "opened" | "clicked" | "bounced" | "complained" | "unsubscribed"
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number
  /** A reply code. Of opens and clicks: why they have their class. */
  readonly code: string | null
  readonly detail: string | null
  /** Of opens and clicks: who it was, as far as can be told. */
  readonly class: ("human" | "prefetch" | "proxy" | "scanner" | "unknown") | null
  /** Of a correction: what an earlier event of this type and time was taken for. */
  readonly was: ("human" | "prefetch" | "proxy" | "scanner" | "unknown") | null
  /** Of clicks: the number of the link in its publication. */
  readonly link: number | null
  /** What is told twice has the same key, and is kept once. */
  readonly key: string | null
}
export type Feed = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly url: string
  readonly title: string
  readonly topics: readonly string[]
  readonly categoryMap: { readonly [key: string]: string }
  readonly keywordRules: readonly {
    readonly topic: string
    readonly words: readonly string[]
    readonly in: "title" | "body" | "any"
  }[]
  readonly language: string | null
  readonly enabled: boolean
  readonly minIntervalMs: number | null
  readonly maxIntervalMs: number | null
  /** Null until it was read for the first time. */
  readonly state: {
    readonly etag: string | null
    readonly lastModified: string | null
    /** When it is read next; null: it answered 410 and is read no more. */
    readonly nextAt: number | null
    readonly intervalMs: number
    readonly lastFetchedAt: number | null
    /** In a row. */
    readonly failures: number
    readonly lastError: string | null
    readonly lastItemAt: number | null
    /** Where it moved for good, the last time that it did. */
    readonly movedTo: string | null
    readonly itemsSeen: number
  } | null
}
export type Follow = {
  readonly id: number
  readonly subscriberId: number
  readonly channel: string
  /** Null: the subscriber’s own address. */
  readonly contact: string | null
  /** Empty: all. */
  readonly topics: readonly string[]
  readonly minSeverity: "info" | "warning" | "error" | "critical"
  readonly filter: readonly {
    readonly name: string
    readonly operator: "=" | "!=" | "=~" | "!~"
    readonly value: string
  }[]
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Heartbeat = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly title: string
  readonly everyMs: number
  readonly topic: string | null
  readonly severity: "info" | "warning" | "error" | "critical"
  readonly labels: { readonly [key: string]: string }
  /** When it was last heard, or made. */
  readonly beatAt: number | null
  /** It was silent for too long, and its alert is raised. */
  readonly alarmed: boolean
}
export type Import = {
  readonly id: number
  readonly kind: "subscribers" | "items" | "suppressions"
  readonly state: "running" | "interrupted" | "failed" | "finished"
  readonly name: string | null
  readonly settings: unknown
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** People who were erased and are not made again. */
  readonly erased?: number
  readonly rejected: number
  /** Of the file, behind the last batch that was committed. */
  readonly bytes: number
  readonly detail: string | null
  /** What its end reported. */
  readonly report: unknown
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type ImportResult = {
  /** Of the import; null for a dry run. */
  readonly id: number | null
  readonly dryRun: boolean
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** People who were erased and are not made again. */
  readonly erased?: number
  readonly rejected: number
  /** The first 100. */
  readonly rejects: readonly {
    readonly line: number
    readonly column?: string
    readonly reason: string
    readonly value?: string
  }[]
  /** How many rows were rejected for each reason, by column; of more than 100 different ones, the first. */
  readonly reasons: { readonly [key: string]: number }
  /** What each column of a header was taken for. */
  readonly columns: readonly {
    readonly column: string
    readonly field: string
  }[]
  /** The product whose export it was taken for. */
  readonly preset: string | null
  /** What the file turned out to be. */
  readonly file: {
    readonly format: string
    readonly encoding: string | null
    readonly delimiter: string | null
    readonly entry: string | null
    readonly entries: readonly string[]
  }
  /** How many rows each address check warned of. */
  readonly warned: { readonly [key: string]: number }
  /** The first 100. */
  readonly warnings: readonly {
    readonly line: number
    readonly check: string
    readonly message: string
  }[]
  /** Of a dry run: the first 10 rows as they would be stored. */
  readonly first: readonly { readonly [key: string]: unknown }[]
  readonly durationMs: number
}
export type Item = {
  readonly id: number
  readonly key: string
  readonly title: string
  readonly url: string
  readonly summary: string
  readonly body: string | null
  readonly imageUrl: string | null
  readonly author: string | null
  readonly language: string | null
  readonly topics: readonly string[]
  readonly popularity: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly publishedAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type List = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly title: string
  readonly description: string
  /** Of sign-ups: at once, or once they are confirmed. */
  readonly optIn?: "single" | "double"
}
export type Notification = {
  readonly id: number
  /** The group of alerts that it tells of; of a digest, its follow. */
  readonly group: string
  /** The same from a group’s first alert to the end of its last one. */
  readonly thread: string
  readonly reason: "firing" | "changed" | "repeat" | "escalated" | "acknowledged" | "resolved" | "expired" | "digest"
  readonly severity: "info" | "warning" | "error" | "critical"
  readonly alertIds: readonly number[]
  readonly title: string
  readonly summary: string
  /** channel/room */
  readonly rooms: readonly string[]
  /** Rooms, people now, and people later. */
  readonly audience: number
  /** Nothing of it is tried again after that. */
  readonly retryUntil: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
}
export type Posting = {
  readonly notificationId: number
  /** The follow it is for; of a room its place among the notification’s, as -1, -2 … */
  readonly target: number
  readonly channel: string
  /** Null for a room. */
  readonly subscriberId: number | null
  /** The room, the contact or the address. */
  readonly to: string
  readonly state: "handing" | "sent" | "failed" | "retry" | "unknown" | "skipped" | "suppressed" | "held"
  readonly attempt: number
  /** How often its outcome was lost: copies may exist only where this is above 0. */
  readonly uncertain: number
  readonly dueAt: number | null
  readonly code: string | null
  readonly detail: string | null
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Problem = {
  /** A URI for the kind of problem: `urn:broadsheet:error:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** What is wrong with this request, and what to do. */
  readonly detail: string
  readonly code: "E_INPUT" | "E_BODY" | "E_ADDRESS" | "E_TEMPLATE" | "E_ASSET" | "E_RENDER" | "E_PREFLIGHT" | "E_AUTH" | "E_SIGN_IN" | "E_SECOND_FACTOR" | "E_PASSWORD" | "E_FORBIDDEN" | "E_TOKEN" | "E_NOT_FOUND" | "E_EXISTS" | "E_CONFLICT" | "E_STATE" | "E_IN_USE" | "E_IDEMPOTENCY" | "E_CHANNEL_UNKNOWN" | "E_CHANNEL" | "E_EGRESS" | "E_FETCH" | "E_FEED" | "E_CONFIG" | "E_METHOD" | "E_TIMEOUT" | "E_TOO_LARGE" | "E_MEDIA_TYPE" | "E_HEADERS" | "E_LIMIT" | "E_STORE_LOCKED" | "E_STORE_CORRUPT" | "E_STORE_FULL" | "E_QUOTA" | "E_STORE_BUSY" | "E_STORE" | "E_VAULT" | "E_OVERLOAD" | "E_STOPPING" | "E_INTERNAL"
  /** Each place that is wrong: `sender.address`, `rows[3].topics`, `query.limit`. */
  readonly issues: readonly {
    readonly path: string
    readonly message: string
  }[]
  /** The path that was asked. */
  readonly instance: string
  /** Also in `X-Request-Id` and in the log. */
  readonly requestId: string
  /** Also in `traceparent` and in the log, there with all that the request began. */
  readonly traceId: string
}
export type Progress = {
  readonly campaignId: number
  readonly publicationId: number
  readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed"
  /** audience is the sum of the others, at every moment. */
  readonly counts: {
    readonly audience: number
    readonly queued: number
    readonly handing: number
    readonly sent: number
    readonly failed: number
    readonly retry: number
    readonly unknown: number
    readonly skipped: number
    readonly suppressed: number
  }
  readonly perSecond: number
  readonly remainingMs: number | null
  readonly p95LetterMs: number | null
  /** Nothing goes out before then. */
  readonly waitingUntil: number | null
  /** Why: a black-out, or the local time of those who are left. */
  readonly waitingFor: string | null
}
export type Publication = {
  readonly id: number
  readonly campaignId: number
  /** YYYYMM of its start. */
  readonly month: number
  readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed"
  /** audience is the sum of the others, at every moment. */
  readonly counts: {
    readonly audience: number
    readonly queued: number
    readonly handing: number
    readonly sent: number
    readonly failed: number
    readonly retry: number
    readonly unknown: number
    readonly skipped: number
    readonly suppressed: number
  }
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  readonly finishedAt: number | null
}
export type Segment = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly title: string
  readonly description: string
  /** The rule as text, in its canonical form. */
  readonly rule: string
  /** The rule as data; docs/audience.md describes it. */
  readonly tree: { readonly [key: string]: unknown }
}
export type Session = {
  readonly id: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** To the minute. */
  readonly lastSeenAt: number
  /** Unless it is used before. */
  readonly expiresAt: number
  /** Where it was opened from. */
  readonly address: string | null
  readonly userAgent: string | null
  /** It is the one that asks. */
  readonly present: boolean
}
export type Silence = {
  readonly id: number
  readonly matchers: readonly {
    readonly name: string
    readonly operator: "=" | "!=" | "=~" | "!~"
    readonly value: string
  }[]
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly startsAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly endsAt: number
  /** Now. */
  readonly state: "pending" | "active" | "over"
  readonly createdBy: string
  readonly comment: string
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Subscriber = {
  readonly id: number
  readonly address: string
  readonly name: string | null
  readonly language: string | null
  readonly timeZone: string | null
  readonly status: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained" | "erased"
  readonly attributes: { readonly [key: string]: unknown }
  /** Interest by topic, 0 to 1. */
  readonly topics: { readonly [key: string]: number }
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
}
export type Suppression = {
  readonly id: number
  readonly address: string
  readonly reason: "bounce" | "complaint" | "manual" | "import"
  readonly detail: string | null
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
}
export type Template = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly kind: "letter" | "layout" | "partial"
  readonly format: "html" | "mjml" | "markdown"
  readonly subject: string
  readonly preheader: string
  readonly body: string
  /** Null: made from the HTML. */
  readonly text: string | null
  /** By language. */
  readonly variants: { readonly [key: string]: {
    readonly subject: string
    readonly preheader: string
    readonly body: string
    /** Null: made from the HTML. */
    readonly text: string | null
  } }
}
export type TemplateProblem = {
  readonly template: string
  readonly part: "subject" | "preheader" | "body" | "text"
  readonly language: string | null
  readonly line: number
  readonly column: number
  readonly variable: string | null
  readonly message: string
}
export type Topic = {
  readonly id: number
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly title: string
  readonly description: string
}
export type User = {
  readonly id: number
  /** The e-mail address they sign in with. */
  readonly name: string
  /** Rises with every change; its ETag is this in quotes. */
  readonly version: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAt: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly updatedAt: number
  readonly fullName: string
  readonly role: "owner" | "editor" | "sender" | "analyst" | "alert-duty"
  /** No password is chosen yet. */
  readonly invited: boolean
  /** A code is asked for at sign-in. */
  readonly secondFactor: boolean
  readonly recoveryCodesLeft: number
  readonly disabledAt: number | null
  readonly passwordChangedAt: number | null
}

/** By method and path below /api/v1: what a request takes, and what its answer is. */
export interface Operations {
  'DELETE /access/sessions': { answer: {
      readonly ended: number
    } }
  'DELETE /access/sessions/{id}': { path: { id: string | number }; answer: undefined }
  'DELETE /assets/{sha256}': { path: { sha256: string | number }; query?: { force?: string | number }; answer: undefined }
  'DELETE /campaigns/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /feeds/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /heartbeats/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /items/{id}': { path: { id: string | number }; answer: undefined }
  'DELETE /keys/{id}': { path: { id: string | number }; answer: undefined }
  'DELETE /lists/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /segments/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /silences/{id}': { path: { id: string | number }; answer: Silence }
  'DELETE /subscribers/{id}/follows/{follow}': { path: { id: string | number; follow: string | number }; answer: undefined }
  'DELETE /suppressions/{address}': { path: { address: string | number }; answer: undefined }
  'DELETE /templates/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /topics/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /users/{idOrName}': { path: { idOrName: string | number }; answer: undefined }
  'DELETE /users/{idOrName}/sessions': { path: { idOrName: string | number }; answer: {
      readonly ended: number
    } }
  'GET /access/me': { answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
    } }
  'GET /access/sessions': { answer: {
      readonly data: readonly Session[]
    } }
  'GET /addresses/check': { query: { address: string | number; checks?: string | number }; answer: {
      /** As it would be stored; null when it is none. */
      readonly address: string | null
      readonly valid: boolean
      /** What is wrong with its syntax. */
      readonly problem: string | null
      readonly findings: readonly {
        readonly check: "role" | "disposable" | "typo" | "mx"
        readonly message: string
        readonly suggestion?: string
      }[]
    } }
  'GET /alerts': { query?: { limit?: string | number; after?: string | number; open?: "true" | "false"; state?: "firing" | "acknowledged" | "escalated" | "resolved" | "expired"; severity?: "info" | "warning" | "error" | "critical"; topic?: string | number; key?: string | number; text?: string | number }; answer: {
      readonly data: readonly Alert[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /alerts/held': { answer: {
      readonly data: readonly {
        readonly alertId: number
        readonly silencedBy: readonly number[]
        readonly inhibitedBy: readonly number[]
      }[]
    } }
  'GET /alerts/routes': { query?: { label?: string | (readonly string[]) }; answer: {
      readonly routes: readonly {
        /** The matchers from the root down. */
        readonly route: string
        readonly receiver: string
        /** Null: by all labels. */
        readonly groupBy: (readonly string[]) | null
        readonly groupWaitMs: number
        readonly groupIntervalMs: number
        readonly repeatIntervalMs: number
        /** Who is told when nobody acknowledges, counted from when the group was told. */
        readonly escalate: readonly {
          readonly afterMs: number
          readonly receiver: string
        }[]
        /** A time interval mutes it now. */
        readonly muted: boolean
        /** What all alerts of its group have in common. */
        readonly group: { readonly [key: string]: string }
        /** channel/room */
        readonly rooms: readonly string[]
        /** Also whoever follows it. */
        readonly people: boolean
        /** Of those who follow it, only members of one of these. */
        readonly lists: readonly string[]
        /** The time intervals that mute it now. */
        readonly mutedBy: readonly string[]
        readonly silencedBy: readonly number[]
        /** Follows that it would reach. Null: the node that knows them is another one. */
        readonly followers: number | null
      }[]
      readonly silencedBy: readonly number[]
      /** Open alerts that would hold it back. */
      readonly inhibitedBy: readonly {
        readonly id: number
        readonly title: string
      }[]
    } }
  'GET /alerts/rules': { answer: {
      /** In the order in which they are asked: each before those under it. */
      readonly rules: readonly {
        /** The matchers from the root down. */
        readonly route: string
        readonly receiver: string
        /** Null: by all labels. */
        readonly groupBy: (readonly string[]) | null
        readonly groupWaitMs: number
        readonly groupIntervalMs: number
        readonly repeatIntervalMs: number
        /** Who is told when nobody acknowledges, counted from when the group was told. */
        readonly escalate: readonly {
          readonly afterMs: number
          readonly receiver: string
        }[]
        /** A time interval mutes it now. */
        readonly muted: boolean
        /** 0 is the root. */
        readonly depth: number
        readonly matchers: readonly {
          readonly name: string
          readonly operator: "=" | "!=" | "=~" | "!~"
          readonly value: string
        }[]
        /** Those behind it are asked, too. */
        readonly continue: boolean
        /** Nothing is told while one of these time intervals holds. */
        readonly mute: readonly string[]
        /** Nothing is told while none of these holds, where there are some. */
        readonly active: readonly string[]
      }[]
      readonly receivers: readonly {
        readonly name: string
        /** channel/room */
        readonly rooms: readonly string[]
        readonly people: boolean
        readonly lists: readonly string[]
        readonly sendResolved: boolean
      }[]
      /** While an alert matches `source`, those that match `target` and have equal labels are held back. */
      readonly inhibitions: readonly {
        readonly source: readonly {
          readonly name: string
          readonly operator: "=" | "!=" | "=~" | "!~"
          readonly value: string
        }[]
        readonly target: readonly {
          readonly name: string
          readonly operator: "=" | "!=" | "=~" | "!~"
          readonly value: string
        }[]
        readonly equal: readonly string[]
      }[]
      readonly intervals: readonly {
        readonly name: string
        /** As the settings write them; it holds while one of them does. */
        readonly parts: readonly {
          readonly times?: (readonly {
            readonly start_time: string
            readonly end_time: string
          }[]) | null
          readonly weekdays?: (readonly string[]) | null
          readonly days_of_month?: (readonly string[]) | null
          readonly months?: (readonly string[]) | null
          readonly years?: (readonly string[]) | null
          readonly location?: string | null
        }[]
      }[]
    } }
  'GET /alerts/{id}': { path: { id: string | number }; answer: {
      readonly id: number
      /** Reports with the same key are one alert. */
      readonly key: string
      readonly state: "firing" | "acknowledged" | "escalated" | "resolved" | "expired"
      readonly severity: "info" | "warning" | "error" | "critical"
      readonly topic: string | null
      readonly title: string
      readonly text: string
      readonly labels: { readonly [key: string]: string }
      readonly annotations: { readonly [key: string]: string }
      readonly links: readonly {
        readonly title: string
        readonly url: string
      }[]
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly startsAt: number
      /** When it is over unless its source says so again. */
      readonly endsAt: number
      /** What it is then. */
      readonly ends: "resolved" | "expired"
      readonly acknowledged: {
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly at: number
        readonly by: string
        readonly comment: string
      } | null
      /** Null while it is open. */
      readonly endedAt: number | null
      /** How often its source spoke of it. */
      readonly reports: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly reportedAt: number
      readonly version: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly updatedAt: number
      readonly notifications: readonly {
        readonly id: number
        /** The group of alerts that it tells of; of a digest, its follow. */
        readonly group: string
        /** The same from a group’s first alert to the end of its last one. */
        readonly thread: string
        readonly reason: "firing" | "changed" | "repeat" | "escalated" | "acknowledged" | "resolved" | "expired" | "digest"
        readonly severity: "info" | "warning" | "error" | "critical"
        readonly alertIds: readonly number[]
        readonly title: string
        readonly summary: string
        /** channel/room */
        readonly rooms: readonly string[]
        /** Rooms, people now, and people later. */
        readonly audience: number
        /** Nothing of it is tried again after that. */
        readonly retryUntil: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly createdAt: number
        /** audience is the sum of the others, at every moment. */
        readonly counts: {
          readonly audience: number
          readonly queued: number
          readonly handing: number
          readonly sent: number
          readonly failed: number
          readonly retry: number
          readonly unknown: number
          readonly skipped: number
          readonly suppressed: number
          /** Wanted later: quiet hours, a digest, or too many within the hour. */
          readonly held: number
        }
      }[]
    } }
  'GET /analytics/alerts': { query?: { from?: string | number; to?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        /** null: of all. */
        readonly severity: ("info" | "warning" | "error" | "critical") | null
        /** `started`: from when its source says it began to the first post of it. `accepted`: from when it came in to that post. `acknowledged`: from when it came in to when somebody said so. */
        readonly timing: "started" | "accepted" | "acknowledged"
        readonly alerts: number
        readonly p50Ms: number
        readonly p95Ms: number
        readonly p99Ms: number
      }[]
    } }
  'GET /analytics/audience': { query?: { from?: string | number; to?: string | number; unit?: "hour" | "day" | "week" | "month"; timeZone?: string | number; format?: "json" | "csv"; list?: string | number }; answer: {
      readonly unit: "hour" | "day" | "week" | "month"
      readonly timeZone: string
      readonly data: readonly {
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly from: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly to: number
        readonly local: string
        /** Who became active. */
        readonly joined: number
        /** Who was active and is not any more. */
        readonly left: number
        /** The same, by what they became. */
        readonly leftAs: { readonly [key: string]: number }
        /** Active people at the last hour that is known. */
        readonly active: number | null
      }[]
    } }
  'GET /analytics/campaigns/{idOrName}': { path: { idOrName: string | number }; query?: { limit?: string | number; after?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        readonly publicationId: number
        readonly campaignId: number
        readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed"
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly startedAt: number
        readonly finishedAt: number | null
        /** audience is the sum of the others, at every moment. */
        readonly deliveries: {
          readonly audience: number
          readonly queued: number
          readonly handing: number
          readonly sent: number
          readonly failed: number
          readonly retry: number
          readonly unknown: number
          readonly skipped: number
          readonly suppressed: number
        }
        readonly opened: {
          /** What people did as far as can be told: classes human and proxy. */
          readonly people: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          /** Everything that came, machines included. */
          readonly all: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly classes: {
            readonly human: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly prefetch: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly proxy: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly scanner: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly unknown: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
          }
        }
        readonly clicked: {
          /** What people did as far as can be told: classes human and proxy. */
          readonly people: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          /** Everything that came, machines included. */
          readonly all: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly classes: {
            readonly human: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly prefetch: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly proxy: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly scanner: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly unknown: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
          }
        }
        /** People who clicked, of people who opened. */
        readonly clickedOfOpened: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
        readonly bounced: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
          /** Events. */
          readonly classes: {
            readonly hard: number
            readonly soft: number
            readonly block: number
            readonly full: number
            readonly policy: number
            readonly other: number
          }
        }
        readonly complained: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly unsubscribed: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /analytics/cohorts': { query?: { from?: string | number; to?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        /** Month, UTC: `2026-11`. */
        readonly joined: string
        /** Who joined then; null where that is not known yet. */
        readonly people: number | null
        readonly months: readonly {
          readonly month: string
          /** Months since they joined. */
          readonly age: number
          /** Of them, who read in that month. */
          readonly people: number
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }[]
      }[]
    } }
  'GET /analytics/domains': { query?: { from?: string | number; to?: string | number; limit?: string | number; after?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        readonly domain: string
        readonly sent: number
        readonly failed: number
        /** Of what was tried. */
        readonly failedShare: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
        readonly bounced: {
          readonly events: number
          /** Events. */
          readonly classes: {
            readonly hard: number
            readonly soft: number
            readonly block: number
            readonly full: number
            readonly policy: number
            readonly other: number
          }
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly complained: {
          readonly events: number
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly unsubscribed: number
        /** Events by letters: may be above 1. */
        readonly opensPerLetter: {
          readonly people: number
          readonly all: number
        } | null
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
      /** Events. */
      readonly total: {
        readonly sent: number
        readonly failed: number
        readonly opened: {
          readonly people: number
          readonly all: number
        }
        readonly clicked: {
          readonly people: number
          readonly all: number
        }
        readonly bounced: number
        readonly complained: number
        readonly unsubscribed: number
      }
    } }
  'GET /analytics/engagement': { query?: { format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        readonly from: number
        /** Below it; null: no end. */
        readonly to: number | null
        readonly people: number
      }[]
    } }
  'GET /analytics/publications/{id}': { path: { id: string | number }; query?: { format?: "json" | "csv" }; answer: {
      readonly publicationId: number
      readonly campaignId: number
      readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed"
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly startedAt: number
      readonly finishedAt: number | null
      /** audience is the sum of the others, at every moment. */
      readonly deliveries: {
        readonly audience: number
        readonly queued: number
        readonly handing: number
        readonly sent: number
        readonly failed: number
        readonly retry: number
        readonly unknown: number
        readonly skipped: number
        readonly suppressed: number
      }
      readonly opened: {
        /** What people did as far as can be told: classes human and proxy. */
        readonly people: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        /** Everything that came, machines included. */
        readonly all: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly classes: {
          readonly human: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly prefetch: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly proxy: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly scanner: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly unknown: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
        }
      }
      readonly clicked: {
        /** What people did as far as can be told: classes human and proxy. */
        readonly people: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        /** Everything that came, machines included. */
        readonly all: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly classes: {
          readonly human: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly prefetch: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly proxy: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly scanner: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly unknown: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
        }
      }
      /** People who clicked, of people who opened. */
      readonly clickedOfOpened: {
        readonly value: number
        readonly low: number
        readonly high: number
      } | null
      readonly bounced: {
        /** Distinct. */
        readonly recipients: number
        readonly events: number
        /** Recipients of those who were sent a letter; null where none was. */
        readonly share: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
        /** Events. */
        readonly classes: {
          readonly hard: number
          readonly soft: number
          readonly block: number
          readonly full: number
          readonly policy: number
          readonly other: number
        }
      }
      readonly complained: {
        /** Distinct. */
        readonly recipients: number
        readonly events: number
        /** Recipients of those who were sent a letter; null where none was. */
        readonly share: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
      }
      readonly unsubscribed: {
        /** Distinct. */
        readonly recipients: number
        readonly events: number
        /** Recipients of those who were sent a letter; null where none was. */
        readonly share: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
      }
    } }
  'GET /analytics/publications/{id}/by/{dimension}': { path: { id: string | number; dimension: "domain" | "provider" | "language" | "variant" | "topic" }; query?: { limit?: string | number; after?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        /** '' is what has none: no language, an erased person's domain, no experiment. */
        readonly value: string
        readonly sent: number
        readonly failed: number
        readonly opened: {
          /** What people did as far as can be told: classes human and proxy. */
          readonly people: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          /** Everything that came, machines included. */
          readonly all: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly classes: {
            readonly human: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly prefetch: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly proxy: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly scanner: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly unknown: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
          }
        }
        readonly clicked: {
          /** What people did as far as can be told: classes human and proxy. */
          readonly people: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          /** Everything that came, machines included. */
          readonly all: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly classes: {
            readonly human: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly prefetch: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly proxy: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly scanner: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly unknown: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
          }
        }
        readonly bounced: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
          /** Events. */
          readonly classes: {
            readonly hard: number
            readonly soft: number
            readonly block: number
            readonly full: number
            readonly policy: number
            readonly other: number
          }
        }
        readonly complained: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
        readonly unsubscribed: {
          /** Distinct. */
          readonly recipients: number
          readonly events: number
          /** Recipients of those who were sent a letter; null where none was. */
          readonly share: {
            readonly value: number
            readonly low: number
            readonly high: number
          } | null
        }
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
      readonly experiment: {
        /** Of shares: 0.012 is 1.2 percentage points. */
        readonly difference: {
          readonly value: number
          readonly low: number
          readonly high: number
        }
        /** By the hold-out's share: 0.15 is 15 % more. */
        readonly lift: number | null
        /** The interval leaves 0 out. */
        readonly significant: boolean
      } | null
    } }
  'GET /analytics/publications/{id}/links': { path: { id: string | number }; query?: { limit?: string | number; after?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        readonly index: number
        readonly url: string
        readonly item: {
          readonly id: number
          readonly title: string
          readonly topics: readonly string[]
        } | null
        readonly clicked: {
          /** What people did as far as can be told: classes human and proxy. */
          readonly people: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          /** Everything that came, machines included. */
          readonly all: {
            /** Distinct. */
            readonly recipients: number
            readonly events: number
            /** Recipients of those who were sent a letter; null where none was. */
            readonly share: {
              readonly value: number
              readonly low: number
              readonly high: number
            } | null
          }
          readonly classes: {
            readonly human: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly prefetch: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly proxy: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly scanner: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
            readonly unknown: {
              /** Distinct. */
              readonly recipients: number
              readonly events: number
              /** Recipients of those who were sent a letter; null where none was. */
              readonly share: {
                readonly value: number
                readonly low: number
                readonly high: number
              } | null
            }
          }
        }
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /analytics/publications/{id}/timeline': { path: { id: string | number }; query?: { from?: string | number; to?: string | number; unit?: "hour" | "day" | "week" | "month"; timeZone?: string | number; format?: "json" | "csv" }; answer: {
      readonly unit: "hour" | "day" | "week" | "month"
      readonly timeZone: string
      readonly data: readonly {
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly from: number
        /** The beginning of the next one. */
        readonly to: number
        /** What the time zone's clocks show at `from`: `2026-11-24T08:00`. */
        readonly local: string
        readonly sent: number
        readonly failed: number
        readonly opened: {
          readonly people: number
          readonly all: number
        }
        readonly clicked: {
          readonly people: number
          readonly all: number
        }
        readonly bounced: number
        readonly complained: number
        readonly unsubscribed: number
      }[]
    } }
  'GET /analytics/status': { answer: {
      /** Events up to this id are in the numbers. */
      readonly rolledTo: number
      /** The newest event. */
      readonly last: number
      /** How long the oldest event that is not in the numbers has waited. */
      readonly behindMs: number
    } }
  'GET /analytics/timeline': { query?: { from?: string | number; to?: string | number; unit?: "hour" | "day" | "week" | "month"; timeZone?: string | number; format?: "json" | "csv" }; answer: {
      readonly unit: "hour" | "day" | "week" | "month"
      readonly timeZone: string
      readonly data: readonly {
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly from: number
        /** The beginning of the next one. */
        readonly to: number
        /** What the time zone's clocks show at `from`: `2026-11-24T08:00`. */
        readonly local: string
        readonly sent: number
        readonly failed: number
        readonly opened: {
          readonly people: number
          readonly all: number
        }
        readonly clicked: {
          readonly people: number
          readonly all: number
        }
        readonly bounced: number
        readonly complained: number
        readonly unsubscribed: number
      }[]
    } }
  'GET /analytics/topics': { query?: { from?: string | number; to?: string | number; limit?: string | number; after?: string | number; format?: "json" | "csv" }; answer: {
      readonly data: readonly {
        readonly topic: string
        readonly clicks: {
          readonly people: number
          readonly all: number
        }
        /** Clicks of people in the range of the same length before. */
        readonly before: number
        /** 0.2 is 20 % more than before; null where there were none. */
        readonly change: number | null
        /** Of all clicks of people on topics. */
        readonly share: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
        readonly shareBefore: {
          readonly value: number
          readonly low: number
          readonly high: number
        } | null
        /** Its share moved by more than chance would. */
        readonly significant: boolean
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /analytics/totals': { query?: { from?: string | number; to?: string | number }; answer: {
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly from: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly to: number
      /** Events. */
      readonly totals: {
        readonly sent: number
        readonly failed: number
        readonly opened: {
          readonly people: number
          readonly all: number
        }
        readonly clicked: {
          readonly people: number
          readonly all: number
        }
        readonly bounced: number
        readonly complained: number
        readonly unsubscribed: number
      }
    } }
  'GET /assets': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Asset[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /assets/{sha256}': { path: { sha256: string | number }; answer: {
      readonly id: number
      /** Of the bytes, in hex. */
      readonly sha256: string
      /** What it was called first. */
      readonly name: string
      /** Names that mean it now: what templates say, as in `{{ 'logo.png' | asset_url }}`. */
      readonly names: readonly string[]
      /** By its bytes. */
      readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "font/woff2" | "application/pdf"
      readonly bytes: number
      /** In points; null for what is no picture. */
      readonly width: number | null
      readonly height: number | null
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      /** Where readers find it: the same bytes for ever. */
      readonly url: string
      /** Some of what refers to it: a template by name, an item or publication by its id. */
      readonly uses: readonly {
        readonly kind: "template" | "item" | "publication"
        readonly name: string
      }[]
    } }
  'GET /audit': { query?: { limit?: string | number; after?: string | number; from?: string | number; until?: string | number; caller?: string | number; action?: string | number; subject?: string | number }; answer: {
      readonly data: readonly AuditEntry[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /bounces/rules': { answer: {
      readonly rules: readonly {
        /** Shown where it decided */
        readonly name?: string
        /** Enhanced status (RFC 3463); `*` stands for any number */
        readonly status?: string | (readonly string[])
        /** Reply code; `x` stands for any digit */
        readonly smtp?: string | (readonly string[])
        /** Words that the answer holds, in any case */
        readonly text?: string | (readonly string[])
        /** RE2, in any case */
        readonly pattern?: string
        /** The recipient's */
        readonly domain?: string | (readonly string[])
        /** What kind of bounce it is */
        readonly class: "hard" | "soft" | "block" | "full" | "policy"
        /** Default: by its class: hard suppresses, soft and full count, block and policy are noted */
        readonly action?: "suppress" | "count" | "note" | "ignore"
        readonly own: boolean
      }[]
    } }
  'GET /calendar': { query?: { from?: string | number; until?: string | number }; answer: {
      readonly entries: readonly {
        readonly campaignId: number
        readonly name: string
        readonly title: string
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly dueAt: number
        /** With the earliest zone, or at the end of a black-out. */
        readonly beginsAt: number
        /** Of the edition, if none before it is skipped. */
        readonly number: number | null
        readonly localTime: boolean
        readonly reason: string | null
      }[]
      /** There are more than the 500 that are listed. */
      readonly more: boolean
      readonly blackouts: readonly {
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly from: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly until: number
        readonly reason: string
      }[]
    } }
  'GET /campaigns': { query?: { limit?: string | number; after?: string | number; state?: "draft" | "scheduled" | "running" | "paused" | "finished" | "cancelled" | "failed"; search?: string | number; order?: "oldest" | "newest" }; answer: {
      readonly data: readonly Campaign[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /campaigns/{idOrName}': { path: { idOrName: string | number }; answer: Campaign }
  'GET /campaigns/{idOrName}/deliveries': { path: { idOrName: string | number }; query?: { limit?: string | number; after?: string | number; state?: "handing" | "sent" | "failed" | "retry" | "unknown" | "skipped" | "suppressed" }; answer: {
      readonly data: readonly Delivery[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /campaigns/{idOrName}/editions': { path: { idOrName: string | number }; query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly {
        readonly campaignId: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly dueAt: number
        /** Counts those that were begun; null for a skipped one. */
        readonly number: number | null
        readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed" | "skipped"
        /** Why it was skipped. */
        readonly reason: string | null
        readonly publicationId: number | null
        readonly counts: {
          readonly audience: number
          readonly queued: number
          readonly handing: number
          readonly sent: number
          readonly failed: number
          readonly retry: number
          readonly unknown: number
          readonly skipped: number
          readonly suppressed: number
        } | null
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly at: number
        readonly finishedAt: number | null
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /campaigns/{idOrName}/progress': { path: { idOrName: string | number }; answer: Progress }
  'GET /campaigns/{idOrName}/reasons': { path: { idOrName: string | number }; query?: { state?: "failed" | "retry" | "unknown" | "skipped" | "suppressed"; limit?: number }; answer: {
      readonly data: readonly {
        readonly code: string | null
        readonly count: number
        readonly example: string | null
      }[]
    } }
  'GET /channels': { answer: {
      readonly data: readonly {
        readonly name: string
        /** The kind of channel. */
        readonly type: string
        /** Of its breaker: closed lets letters through. */
        readonly state: "closed" | "open" | "half-open"
        readonly detail: string | null
        /** mime: takes letters. note: takes posts. */
        readonly content: "mime" | "note"
        /** Places that posts can go to. */
        readonly rooms: readonly string[]
        /** How it reaches one person: at their own address, or by a contact that a follow names; null: not. */
        readonly people: ("address" | "contact") | null
        /** Batches that may be on their way at once. */
        readonly maxInFlight: number
        /** By the settings; null: as fast as it goes. */
        readonly perSecond: number | null
        /** Channels that carry its letters while it is broken off, in their order. */
        readonly standIns: readonly string[]
        /** What servers asked to be sent more slowly. */
        readonly slowed: readonly {
          /** Of the recipients; null: the whole channel. */
          readonly domain: string | null
          /** What goes there now, from this node. */
          readonly perSecond: number
        }[]
      }[]
    } }
  'GET /channels/kinds': { answer: {
      readonly data: readonly {
        readonly type: string
        /** JSON Schema of its settings in broadsheet.yaml, without `type`. */
        readonly schema: { readonly [key: string]: unknown }
        /** False: its settings name files of the daemon’s machine. */
        readonly tryable: boolean
      }[]
    } }
  'GET /events': { query?: { limit?: string | number; after?: string | number; publication?: string | number; subscriber?: string | number; type?: "sent" | "failed" | "opened" | "clicked" | "bounced" | "complained" | "unsubscribed" }; answer: {
      readonly data: readonly Event[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /feeds': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Feed[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /feeds/{idOrName}': { path: { idOrName: string | number }; answer: Feed }
  'GET /heartbeats': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Heartbeat[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /heartbeats/{idOrName}': { path: { idOrName: string | number }; answer: Heartbeat }
  'GET /heartbeats/{name}/beat': { path: { name: string | number }; answer: undefined }
  'GET /imports': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Import[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /imports/{id}': { path: { id: string | number }; answer: Import }
  'GET /impressions/export': { query?: { format?: "ndjson"; gzip?: "1" }; answer: string | Blob }
  'GET /items': { query?: { limit?: string | number; after?: string | number; topic?: string | number; search?: string | number; order?: "oldest" | "newest" }; answer: {
      readonly data: readonly Item[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /items/export': { query?: { format?: "csv" | "tsv" | "ndjson"; gzip?: "1" }; answer: string | Blob }
  'GET /items/topics': { answer: {
      readonly data: readonly {
        readonly topic: string
        readonly items: number
      }[]
    } }
  'GET /items/{id}': { path: { id: string | number }; answer: Item }
  'GET /keys': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly {
        readonly id: number
        readonly name: string
        /** Rises with every change; its ETag is this in quotes. */
        readonly version: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly createdAt: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly updatedAt: number
        readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
        /** From then on it is refused; null: never. */
        readonly expiresAt: number | null
        /** To the minute; null: never used. */
        readonly lastUsedAt: number | null
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /lists': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly List[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /lists/{idOrName}': { path: { idOrName: string | number }; answer: List }
  'GET /notifications': { query?: { limit?: string | number; after?: string | number; alert?: string | number; group?: string | number }; answer: {
      readonly data: readonly Notification[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /notifications/{id}': { path: { id: string | number }; answer: {
      readonly id: number
      /** The group of alerts that it tells of; of a digest, its follow. */
      readonly group: string
      /** The same from a group’s first alert to the end of its last one. */
      readonly thread: string
      readonly reason: "firing" | "changed" | "repeat" | "escalated" | "acknowledged" | "resolved" | "expired" | "digest"
      readonly severity: "info" | "warning" | "error" | "critical"
      readonly alertIds: readonly number[]
      readonly title: string
      readonly summary: string
      /** channel/room */
      readonly rooms: readonly string[]
      /** Rooms, people now, and people later. */
      readonly audience: number
      /** Nothing of it is tried again after that. */
      readonly retryUntil: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      /** audience is the sum of the others, at every moment. */
      readonly counts: {
        readonly audience: number
        readonly queued: number
        readonly handing: number
        readonly sent: number
        readonly failed: number
        readonly retry: number
        readonly unknown: number
        readonly skipped: number
        readonly suppressed: number
        /** Wanted later: quiet hours, a digest, or too many within the hour. */
        readonly held: number
      }
      /** What is said, before a channel gives it its form. */
      readonly note: {
        readonly title: string
        readonly url: string | null
        readonly tone: "critical" | "error" | "warning" | "info" | "good" | "muted"
        readonly summary: string
        readonly blocks: readonly { readonly [key: string]: unknown }[]
      }
      /** What channels for programs send. */
      readonly data: { readonly [key: string]: unknown }
    } }
  'GET /notifications/{id}/postings': { path: { id: string | number }; query?: { limit?: string | number; after?: string | null; state?: "handing" | "sent" | "failed" | "retry" | "unknown" | "skipped" | "suppressed" | "held" }; answer: {
      readonly data: readonly Posting[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /publications': { query?: { limit?: string | number; after?: string | number; campaign?: string | number; state?: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed" }; answer: {
      readonly data: readonly Publication[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /publications/{id}': { path: { id: string | number }; answer: {
      readonly id: number
      readonly campaignId: number
      /** YYYYMM of its start. */
      readonly month: number
      readonly state: "planning" | "running" | "paused" | "finished" | "cancelled" | "failed"
      /** audience is the sum of the others, at every moment. */
      readonly counts: {
        readonly audience: number
        readonly queued: number
        readonly handing: number
        readonly sent: number
        readonly failed: number
        readonly retry: number
        readonly unknown: number
        readonly skipped: number
        readonly suppressed: number
      }
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      readonly finishedAt: number | null
      /** What its letters are made from, frozen at the start. */
      readonly spec: {
        readonly campaign: string
        readonly title: string
        readonly template: string
        readonly subject: string | null
        readonly sender: {
          readonly address: string
          readonly name: string
          readonly replyTo: string | null
          readonly postalAddress?: string | null
        }
        readonly channel: string
        readonly list: {
          readonly name: string
          readonly title: string
        }
        /** Items that its letters were chosen from. */
        readonly candidates: number
        readonly uncertain: "hold" | "resend"
        readonly onceKey: string | null
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly retryUntil: number
        readonly language: string
        readonly timeZone: string
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly startedAt: number
      }
    } }
  'GET /ranking/models': { answer: {
      readonly data: readonly {
        readonly version: number
        /** When it was made, milliseconds since 1970. */
        readonly at: number
        /** What it was made of. */
        readonly note: string
        /** New campaigns begin with it. */
        readonly active: boolean
      }[]
    } }
  'GET /segments': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Segment[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /segments/{idOrName}': { path: { idOrName: string | number }; answer: Segment }
  'GET /segments/{idOrName}/count': { path: { idOrName: string | number }; query?: { budgetMs?: string | number }; answer: {
      readonly count: number
      /** Counted, not estimated. */
      readonly exact: boolean
      /** The true number is within `count` ± this with 95 % confidence; 0 when exact. */
      readonly margin: number
    } }
  'GET /silences': { query?: { limit?: string | number; after?: string | number; over?: "true" | "false" }; answer: {
      readonly data: readonly Silence[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /silences/{id}': { path: { id: string | number }; answer: Silence }
  'GET /stream': { query?: { types?: string | number }; answer: string | Blob }
  'GET /subscribers': { query?: { limit?: string | number; after?: string | number; status?: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained" | "erased"; list?: string | number; segment?: string | number; rule?: string | number; search?: string | number }; answer: {
      readonly data: readonly Subscriber[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /subscribers/by-address': { query: { address: string | number }; answer: Subscriber }
  'GET /subscribers/export': { query?: { format?: "csv" | "tsv" | "ndjson"; gzip?: "1"; status?: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained" | "erased"; list?: string | number; segment?: string | number }; answer: string | Blob }
  'GET /subscribers/{id}': { path: { id: string | number }; answer: Subscriber }
  'GET /subscribers/{id}/consents': { path: { id: string | number }; query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Consent[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /subscribers/{id}/data': { path: { id: string | number }; answer: { readonly [key: string]: unknown } }
  'GET /subscribers/{id}/follow-preferences': { path: { id: string | number }; answer: {
      readonly quiet: {
        readonly from: string
        readonly until: string
      } | null
      readonly digestAt: string | null
      readonly maxPerHour: number | null
      readonly criticalAnyway: boolean
    } }
  'GET /subscribers/{id}/follows': { path: { id: string | number }; query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Follow[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /subscribers/{id}/follows/{follow}': { path: { id: string | number; follow: string | number }; answer: Follow }
  'GET /subscribers/{id}/memberships': { path: { id: string | number }; answer: {
      readonly data: readonly {
        readonly listId: number
        /** Its name; null when it was removed. */
        readonly list: string | null
        readonly membership: "active" | "unconfirmed" | "unsubscribed"
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly at: number
      }[]
    } }
  'GET /subscribers/{id}/picks': { path: { id: string | number }; answer: {
      readonly data: readonly {
        readonly itemId: number
        readonly title: string
        readonly url: string
        /** As it is said to them: `because you follow Security`. */
        readonly reason: string
      }[]
    } }
  'GET /subscribers/{id}/postings': { path: { id: string | number }; query?: { limit?: string | number; after?: string | null; state?: "handing" | "sent" | "failed" | "retry" | "unknown" | "skipped" | "suppressed" | "held" }; answer: {
      readonly data: readonly Posting[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /suppressions': { query?: { limit?: string | number; after?: string | number; search?: string | number }; answer: {
      readonly data: readonly Suppression[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /suppressions/export': { query?: { format?: "csv" | "tsv" | "ndjson"; gzip?: "1" }; answer: string | Blob }
  'GET /system': { answer: {
      readonly version: string
      readonly role: string
      readonly store: string
      /** The version of Node.js. */
      readonly node: string
      readonly pid: number
      readonly host: string
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly startedAt: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly at: number
      /** The store can be read and written. */
      readonly ready: boolean
      /** Why it is not ready. */
      readonly trouble: string | null
      readonly figures: readonly {
        readonly name: string
        readonly help: string
        readonly type: "counter" | "gauge"
        readonly values: readonly {
          readonly labels: { readonly [key: string]: string }
          readonly value: number
        }[]
      }[]
    } }
  'GET /templates': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Template[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /templates/{idOrName}': { path: { idOrName: string | number }; answer: Template }
  'GET /templates/{idOrName}/versions': { path: { idOrName: string | number }; query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly {
        readonly version: number
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly at: number
        /** Who wrote it, by the name of then: of a user or a key. Null: written before versions were kept. */
        readonly author: string | null
        /** As it was then. */
        readonly name: string
        readonly subject: string
        /** Of all its parts, as JSON. */
        readonly bytes: number
      }[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /templates/{idOrName}/versions/{version}': { path: { idOrName: string | number; version: string | number }; answer: {
      readonly version: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly at: number
      /** Who wrote it, by the name of then: of a user or a key. Null: written before versions were kept. */
      readonly author: string | null
      /** As it was then. */
      readonly name: string
      readonly kind: "letter" | "layout" | "partial"
      readonly format: "html" | "mjml" | "markdown"
      readonly subject: string
      readonly preheader: string
      readonly body: string
      /** Null: made from the HTML. */
      readonly text: string | null
      /** By language. */
      readonly variants: { readonly [key: string]: {
        readonly subject: string
        readonly preheader: string
        readonly body: string
        /** Null: made from the HTML. */
        readonly text: string | null
      } }
    } }
  'GET /topics': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly Topic[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /topics/{idOrName}': { path: { idOrName: string | number }; answer: Topic }
  'GET /users': { query?: { limit?: string | number; after?: string | number }; answer: {
      readonly data: readonly User[]
      /** Goes into `after` for the page behind this one; null at the end. */
      readonly next: string | null
    } }
  'GET /users/{idOrName}': { path: { idOrName: string | number }; answer: User }
  'GET /users/{idOrName}/sessions': { path: { idOrName: string | number }; answer: {
      readonly data: readonly Session[]
    } }
  'PATCH /access/me': { body: {
      readonly fullName: string
    }; answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
    } }
  'PATCH /subscribers/{id}': { path: { id: string | number }; body: {
      readonly name?: string | null
      readonly language?: string | null
      readonly timeZone?: string | null
      readonly status?: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained"
      readonly attributes?: { readonly [key: string]: unknown }
      readonly topics?: { readonly [key: string]: number }
    }; answer: Subscriber }
  'PATCH /users/{idOrName}': { path: { idOrName: string | number }; body: {
      readonly fullName?: string
      readonly role?: "owner" | "editor" | "sender" | "analyst" | "alert-duty"
      /** They cannot sign in. */
      readonly disabled?: boolean
    }; answer: User }
  'POST /access/accept': { body: {
      readonly token: string
      /** 12 to 256 characters, none that many people use. */
      readonly password: string
      /** Of the first owner: the e-mail address to sign in with. */
      readonly name?: string
      readonly fullName?: string
    }; answer: User }
  'POST /access/enter': { body: {
      readonly token: string
    }; answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
    } }
  'POST /access/login': { body: {
      readonly name: string
      readonly password: string
      /** Of the authenticator app, or a recovery code. */
      readonly code?: string
    }; answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
    } }
  'POST /access/logout': { answer: undefined }
  'POST /access/password': { body: {
      /** The present one. */
      readonly password: string
      /** 12 to 256 characters, none that many people use. */
      readonly newPassword: string
    }; answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
    } }
  'POST /access/totp/begin': { body: {
      /** The present one. */
      readonly password: string
    }; answer: {
      /** In base 32, to type where no QR code can be read. */
      readonly secret: string
      /** `otpauth://totp/...`, as authenticator apps read it. */
      readonly uri: string
    } }
  'POST /access/totp/confirm': { body: {
      /** Of the authenticator app, or a recovery code. */
      readonly code: string
    }; answer: {
      readonly kind: "local" | "key" | "user"
      readonly id: string
      readonly name: string
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** Who is signed in; null for a key. */
      readonly user: User | null
      readonly session: Session | null
      readonly recoveryCodes: readonly string[]
    } }
  'POST /access/totp/remove': { body: {
      /** The present one. */
      readonly password: string
    }; answer: undefined }
  'POST /alerts': { body: {
      readonly key?: string
      readonly status?: "firing" | "resolved"
      readonly topic?: string | null
      readonly severity?: "info" | "warning" | "error" | "critical"
      readonly title?: string
      readonly text?: string
      readonly labels?: { readonly [key: string]: string }
      readonly annotations?: { readonly [key: string]: string }
      readonly links?: readonly {
        readonly title?: string
        readonly url: string
      }[]
      readonly startsAt?: number
      readonly endsAt?: number
      readonly ttlMs?: number
    } | (readonly {
      readonly key?: string
      readonly status?: "firing" | "resolved"
      readonly topic?: string | null
      readonly severity?: "info" | "warning" | "error" | "critical"
      readonly title?: string
      readonly text?: string
      readonly labels?: { readonly [key: string]: string }
      readonly annotations?: { readonly [key: string]: string }
      readonly links?: readonly {
        readonly title?: string
        readonly url: string
      }[]
      readonly startsAt?: number
      readonly endsAt?: number
      readonly ttlMs?: number
    }[]); answer: {
      /** In the order of the reports. */
      readonly alerts: readonly {
        /** Null where it was ignored. */
        readonly id: number | null
        readonly key: string
        /** What the report made of it. `ignored`: the end of something that is not open. */
        readonly heard: "opened" | "reopened" | "changed" | "repeated" | "resolved" | "ignored"
        readonly state: ("firing" | "acknowledged" | "escalated" | "resolved" | "expired") | null
      }[]
    } }
  'POST /alerts/{id}/acknowledge': { path: { id: string | number }; body?: {
      /** Default: the name of the API key. */
      readonly by?: string
      readonly comment?: string
    } | null; answer: Alert }
  'POST /alerts/{id}/release': { path: { id: string | number }; body?: { readonly [key: string]: unknown } | null; answer: Alert }
  'POST /alerts/{id}/resolve': { path: { id: string | number }; body?: { readonly [key: string]: unknown } | null; answer: Alert }
  'POST /analytics/rebuild': { answer: {
      /** Events up to this id are in the numbers. */
      readonly rolledTo: number
      /** The newest event. */
      readonly last: number
      /** How long the oldest event that is not in the numbers has waited. */
      readonly behindMs: number
    } }
  'POST /assets': { query: { name: string | number }; body: string | Blob; answer: {
      readonly id: number
      /** Of the bytes, in hex. */
      readonly sha256: string
      /** What it was called first. */
      readonly name: string
      /** Names that mean it now: what templates say, as in `{{ 'logo.png' | asset_url }}`. */
      readonly names: readonly string[]
      /** By its bytes. */
      readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "font/woff2" | "application/pdf"
      readonly bytes: number
      /** In points; null for what is no picture. */
      readonly width: number | null
      readonly height: number | null
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      /** Where readers find it: the same bytes for ever. */
      readonly url: string
      /** False: the bytes were kept already. */
      readonly created: boolean
    } }
  'POST /bounces': { query?: { dryRun?: string | number; trusted?: string | number }; body: string | {
      readonly address: string
      readonly kind?: "bounce" | "complaint" | "unsubscribe"
      /** Default: as the rule table says of code and text */
      readonly class?: "hard" | "soft" | "block" | "full" | "policy"
      readonly code?: string
      readonly text?: string
      /** Of the letter */
      readonly messageId?: string
      /** Epoch milliseconds */
      readonly at?: number
      /** The same whenever it is told again */
      readonly key?: string
    }; answer: BounceReport }
  'POST /campaigns': { body: {
      readonly name: string
      readonly title: string
      readonly template: string
      readonly subject?: string | null
      readonly sender: {
        /** In From */
        readonly address: string
        /** Shown beside the address */
        readonly name?: string
        /** Where answers go. Null: to the address */
        readonly replyTo?: string | null
        /** Shown in letters, as CAN-SPAM and the like ask for */
        readonly postalAddress?: string | null
      }
      readonly channel?: string
      readonly lists?: readonly string[]
      readonly excludeLists?: readonly string[]
      readonly segments?: readonly string[]
      readonly excludeSegments?: readonly string[]
      readonly campaigns?: readonly string[]
      readonly excludeCampaigns?: readonly string[]
      readonly where?: string | null
      readonly selection?: {
        readonly count?: number
        readonly minimum?: number
        readonly pool?: number
        readonly topics?: readonly string[]
        readonly maxAgeMs?: number | null
        readonly pinned?: readonly string[]
        readonly sinceLast?: boolean
        readonly minimumNew?: number
        readonly onlyNew?: boolean
        readonly halfLifeMs?: number
        readonly diversity?: number
      }
      readonly data?: { readonly [key: string]: unknown }
      readonly uncertain?: "hold" | "resend"
      readonly onceKey?: string | null
      readonly retryForMs?: number
      readonly autoPauseShare?: number
      readonly autoPauseAfter?: number
      readonly repeat?: {
        readonly cron: string
        readonly timeZone: string
        readonly until?: number | null
        readonly count?: number | null
      } | null
      readonly deliverAt?: "same-moment" | "local-time"
      readonly ignoreCaps?: boolean
      readonly tracking?: {
        readonly links?: boolean | null
        readonly opens?: boolean | null
      }
      readonly graceMs?: number
      readonly language?: string
      readonly timeZone?: string
      readonly archive?: boolean
    }; answer: Campaign }
  'POST /campaigns/{idOrName}/cancel': { path: { idOrName: string | number }; body?: {
      readonly reason?: string
    } | null; answer: Campaign }
  'POST /campaigns/{idOrName}/pause': { path: { idOrName: string | number }; body?: {
      readonly reason?: string
    } | null; answer: Campaign }
  'POST /campaigns/{idOrName}/preflight': { path: { idOrName: string | number }; answer: {
      readonly audience: number
      readonly ok: number
      readonly skipped: number
      readonly failed: number
      /** At most 1,000 of the failed. */
      readonly failures: readonly {
        readonly subscriberId: number
        readonly address: string
        readonly problem: TemplateProblem
      }[]
      /** What large providers ask of bulk mail, rule by rule. */
      readonly lines: readonly {
        readonly id: "spf.record" | "spf.sender" | "dkim.key" | "dkim.bits" | "dmarc.record" | "dmarc.aligned" | "from.provider" | "reply.reachable" | "host.names" | "host.tls" | "unsubscribe.https" | "unsubscribe.headers" | "unsubscribe.signed" | "unsubscribe.link" | "address.postal" | "part.text" | "size.html" | "links.work" | "images.alt" | "images.only" | "looks.capitals" | "looks.exclamation" | "looks.shortener" | "looks.disguise" | "looks.hidden" | "looks.data" | "looks.form" | "looks.script"
        readonly title: string
        readonly status: "ok" | "warning" | "blocked" | "unknown"
        readonly found: string
        /** A DNS name, or the letters by their languages. */
        readonly where: string | null
        /** Who asks for it. */
        readonly source: {
          readonly name: string
          readonly url: string
        }
        readonly remedy: string | null
        /** Of a trait that content filters count, 1 to 3. */
        readonly weight: number | null
      }[]
    } }
  'POST /campaigns/{idOrName}/preview': { path: { idOrName: string | number }; body: {
      readonly address: string
      readonly draft?: {
        readonly campaign?: {
          readonly name: string
          readonly title: string
          readonly template: string
          readonly subject?: string | null
          readonly sender: {
            /** In From */
            readonly address: string
            /** Shown beside the address */
            readonly name?: string
            /** Where answers go. Null: to the address */
            readonly replyTo?: string | null
            /** Shown in letters, as CAN-SPAM and the like ask for */
            readonly postalAddress?: string | null
          }
          readonly channel?: string
          readonly lists?: readonly string[]
          readonly excludeLists?: readonly string[]
          readonly segments?: readonly string[]
          readonly excludeSegments?: readonly string[]
          readonly campaigns?: readonly string[]
          readonly excludeCampaigns?: readonly string[]
          readonly where?: string | null
          readonly selection?: {
            readonly count?: number
            readonly minimum?: number
            readonly pool?: number
            readonly topics?: readonly string[]
            readonly maxAgeMs?: number | null
            readonly pinned?: readonly string[]
            readonly sinceLast?: boolean
            readonly minimumNew?: number
            readonly onlyNew?: boolean
            readonly halfLifeMs?: number
            readonly diversity?: number
          }
          readonly data?: { readonly [key: string]: unknown }
          readonly uncertain?: "hold" | "resend"
          readonly onceKey?: string | null
          readonly retryForMs?: number
          readonly autoPauseShare?: number
          readonly autoPauseAfter?: number
          readonly repeat?: {
            readonly cron: string
            readonly timeZone: string
            readonly until?: number | null
            readonly count?: number | null
          } | null
          readonly deliverAt?: "same-moment" | "local-time"
          readonly ignoreCaps?: boolean
          readonly tracking?: {
            readonly links?: boolean | null
            readonly opens?: boolean | null
          }
          readonly graceMs?: number
          readonly language?: string
          readonly timeZone?: string
          readonly archive?: boolean
        }
        /** Instead of the one of that name: of the campaign, or a layout or partial of it. */
        readonly template?: {
          readonly name: string
          readonly kind?: "letter" | "layout" | "partial"
          readonly format?: "html" | "mjml" | "markdown"
          readonly subject?: string
          readonly preheader?: string
          readonly body: string
          readonly text?: string | null
          readonly variants?: { readonly [key: string]: {
            readonly subject?: string
            readonly preheader?: string
            readonly body: string
            readonly text?: string | null
          } }
        }
      }
    }; answer: {
      readonly to: string
      readonly subject: string
      readonly preheader: string
      readonly html: string
      readonly text: string
      readonly language: string
      readonly picks: readonly {
        readonly itemId: number
        readonly title: string
        readonly url: string
        /** For people: `because you follow Security`. */
        readonly reason: string
      }[]
      /** The message as it would leave. */
      readonly mime: string
      /** Parts that could not be compiled and are interpreted, and why. */
      readonly interpreted: readonly {
        readonly part: string
        readonly why: string
      }[]
    } }
  'POST /campaigns/{idOrName}/resume': { path: { idOrName: string | number }; body?: {
      readonly reason?: string
    } | null; answer: Campaign }
  'POST /campaigns/{idOrName}/retry': { path: { idOrName: string | number }; body?: {
      readonly alsoUnknown?: boolean
    } | null; answer: {
      readonly retried: number
    } }
  'POST /campaigns/{idOrName}/schedule': { path: { idOrName: string | number }; body: {
      readonly at?: number
      /** Go on where the preflight refuses. Takes the scope `system:write`, too, and is logged. */
      readonly force?: boolean
    }; answer: Campaign }
  'POST /campaigns/{idOrName}/skip': { path: { idOrName: string | number }; body?: {
      readonly reason?: string
    } | null; answer: Campaign }
  'POST /campaigns/{idOrName}/start': { path: { idOrName: string | number }; body?: {
      readonly reason?: string
      /** Go on where the preflight refuses. Takes the scope `system:write`, too, and is logged. */
      readonly force?: boolean
    } | null; answer: Campaign }
  'POST /campaigns/{idOrName}/test': { path: { idOrName: string | number }; body: {
      readonly addresses: readonly string[]
    }; answer: {
      readonly results: readonly {
        readonly address: string
        readonly status: string
        readonly code: string | null
        readonly detail: string | null
      }[]
    } }
  'POST /channels/try': { body: {
      readonly type: string
      /** As under the channel in broadsheet.yaml. */
      readonly settings: { readonly [key: string]: unknown }
      /** Send a test, too: a letter to the address of who is signed in, or a post to a room (default: its first). */
      readonly test?: {
        readonly room?: string | null
      } | null
    }; answer: {
      readonly ok: boolean
      readonly detail: string
      readonly rooms: readonly string[]
      /** Null where nothing was sent. */
      readonly sent: {
        readonly ok: boolean
        readonly to: string
        readonly detail: string
      } | null
    } }
  'POST /channels/{name}/probe': { path: { name: string | number }; answer: {
      readonly ok: boolean
      readonly detail: string
    } }
  'POST /feeds': { body: {
      readonly name: string
      readonly url: string
      readonly title?: string
      readonly topics?: readonly string[]
      readonly categoryMap?: { readonly [key: string]: string }
      readonly keywordRules?: readonly {
        readonly topic: string
        readonly words: readonly string[]
        readonly in?: "title" | "body" | "any"
      }[]
      readonly language?: string | null
      readonly enabled?: boolean
      readonly minIntervalMs?: number | null
      readonly maxIntervalMs?: number | null
    }; answer: Feed }
  'POST /feeds/preview': { body: {
      readonly url: string
      readonly topics?: readonly string[]
      readonly categoryMap?: { readonly [key: string]: string }
      readonly keywordRules?: readonly {
        readonly topic: string
        readonly words: readonly string[]
        readonly in?: "title" | "body" | "any"
      }[]
      readonly language?: string | null
    }; answer: {
      /** Where it was found, after all redirects. */
      readonly url: string
      readonly format: "rss" | "atom" | "rdf" | "json"
      readonly title: string | null
      readonly home: string | null
      readonly language: string | null
      /** What `categoryMap` may name; the most frequent first. */
      readonly categories: readonly string[]
      readonly warnings: readonly string[]
      readonly items: readonly {
        readonly key?: string
        readonly title: string
        readonly url: string
        readonly summary: string
        readonly body: string | null
        readonly imageUrl: string | null
        readonly author: string | null
        readonly language: string | null
        readonly topics: readonly string[]
        readonly categories: readonly string[]
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly publishedAt?: number
      }[]
    } }
  'POST /feeds/{idOrName}/fetch': { path: { idOrName: string | number }; answer: {
      readonly outcome: {
        readonly kind: "read"
        readonly created: number
        readonly updated: number
        readonly unchanged: number
        readonly warnings: readonly string[]
      } | {
        readonly kind: "unchanged"
      } | {
        readonly kind: "gone"
      } | {
        readonly kind: "failed"
        readonly code: string
        readonly detail: string
      }
      readonly state: {
        readonly etag: string | null
        readonly lastModified: string | null
        /** When it is read next; null: it answered 410 and is read no more. */
        readonly nextAt: number | null
        readonly intervalMs: number
        readonly lastFetchedAt: number | null
        /** In a row. */
        readonly failures: number
        readonly lastError: string | null
        readonly lastItemAt: number | null
        /** Where it moved for good, the last time that it did. */
        readonly movedTo: string | null
        readonly itemsSeen: number
      }
    } }
  'POST /heartbeats': { body: {
      readonly name: string
      readonly title: string
      readonly everyMs: number
      readonly topic?: string | null
      readonly severity?: "info" | "warning" | "error" | "critical"
      readonly labels?: { readonly [key: string]: string }
    }; answer: Heartbeat }
  'POST /heartbeats/{name}/beat': { path: { name: string | number }; answer: undefined }
  'POST /items': { body: {
      readonly key?: string
      readonly title: string
      readonly url: string
      readonly summary?: string
      readonly body?: string | null
      readonly imageUrl?: string | null
      readonly author?: string | null
      readonly language?: string | null
      readonly topics?: readonly string[]
      readonly popularity?: number
      readonly publishedAt?: number
    } | (readonly {
      readonly key?: string
      readonly title: string
      readonly url: string
      readonly summary?: string
      readonly body?: string | null
      readonly imageUrl?: string | null
      readonly author?: string | null
      readonly language?: string | null
      readonly topics?: readonly string[]
      readonly popularity?: number
      readonly publishedAt?: number
    }[]); answer: {
      readonly created: number
      readonly updated: number
      readonly unchanged: number
      /** In the order of the request. */
      readonly results: readonly {
        readonly id: number
        readonly outcome: "created" | "updated" | "unchanged"
      }[]
    } }
  'POST /items/import': { query?: { format?: "csv" | "tsv" | "ndjson" | "xlsx"; encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252"; delimiter?: string | number; entry?: string | number; name?: string | number; map?: string | number; dryRun?: "1"; resume?: string | number; progress?: "1"; rejects?: "1" }; body: string | Blob; answer: ImportResult }
  'POST /keys': { body: {
      readonly name: string
      /** What it may do; null: everything. */
      readonly scopes?: (readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]) | null
      /** When it ends; null: never. */
      readonly expiresAt?: number | null
    }; answer: {
      readonly id: number
      readonly name: string
      /** Rises with every change; its ETag is this in quotes. */
      readonly version: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly createdAt: number
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly updatedAt: number
      readonly scopes: readonly ("subscribers:read" | "subscribers:write" | "content:read" | "content:write" | "campaigns:read" | "campaigns:write" | "campaigns:send" | "alerts:read" | "alerts:write" | "analytics:read" | "system:read" | "system:write" | "access:write")[]
      /** From then on it is refused; null: never. */
      readonly expiresAt: number | null
      /** To the minute; null: never used. */
      readonly lastUsedAt: number | null
      readonly secret: string
    } }
  'POST /lists': { body: {
      readonly name: string
      readonly title: string
      readonly description?: string
      /** Of sign-ups: at once, or once they are confirmed. */
      readonly optIn?: "single" | "double"
    }; answer: List }
  'POST /lists/{idOrName}/members': { path: { idOrName: string | number }; body: {
      readonly ids: readonly number[]
    }; answer: {
      /** Who was not on it. */
      readonly joined: number
      /** Who was on it, left it, was erased, or is not known. */
      readonly unchanged: number
    } }
  'POST /publications/{id}/preview': { path: { id: string | number }; body: {
      readonly address: string
    }; answer: {
      readonly to: string
      readonly subject: string
      readonly preheader: string
      readonly html: string
      readonly text: string
      readonly language: string
      readonly picks: readonly {
        readonly itemId: number
        readonly title: string
        readonly url: string
        /** For people: `because you follow Security`. */
        readonly reason: string
      }[]
      /** The message as it would leave. */
      readonly mime: string
      /** Parts that could not be compiled and are interpreted, and why. */
      readonly interpreted: readonly {
        readonly part: string
        readonly why: string
      }[]
    } }
  'POST /ranking/models/{version}/activate': { path: { version: string | number }; answer: {
      readonly version: number
      /** When it was made, milliseconds since 1970. */
      readonly at: number
      /** What it was made of. */
      readonly note: string
      /** New campaigns begin with it. */
      readonly active: boolean
    } }
  'POST /segments': { body: {
      readonly name: string
      readonly title: string
      readonly description?: string
      /** As text, e.g. `topic:security >= 0.5 and not list:vip`, or as a tree; docs/audience.md has both. */
      readonly rule: string | { readonly [key: string]: unknown }
    }; answer: Segment }
  'POST /segments/check': { body: {
      /** As text, e.g. `topic:security >= 0.5 and not list:vip`, or as a tree; docs/audience.md has both. */
      readonly rule: string | { readonly [key: string]: unknown }
    }; answer: {
      readonly ok: boolean
      /** In its canonical form; null when it is wrong. */
      readonly rule: string | null
      readonly tree: { readonly [key: string]: unknown } | null
      readonly problems: readonly {
        readonly line: number
        readonly column: number
        /** Of what is meant, in characters. */
        readonly length: number
        readonly message: string
        /** For a terminal: the message, the line and a caret under the place. */
        readonly shown: string
      }[]
    } }
  'POST /segments/count': { query?: { budgetMs?: string | number }; body: {
      /** As text, e.g. `topic:security >= 0.5 and not list:vip`, or as a tree; docs/audience.md has both. */
      readonly rule?: string | { readonly [key: string]: unknown }
      readonly lists?: readonly string[]
      readonly excludeLists?: readonly string[]
      readonly segments?: readonly string[]
      readonly excludeSegments?: readonly string[]
      readonly campaigns?: readonly string[]
      readonly excludeCampaigns?: readonly string[]
    }; answer: {
      readonly count: number
      /** Counted, not estimated. */
      readonly exact: boolean
      /** The true number is within `count` ± this with 95 % confidence; 0 when exact. */
      readonly margin: number
    } }
  'POST /silences': { body: {
      readonly matchers: readonly {
        readonly name: string
        readonly operator: "=" | "!=" | "=~" | "!~"
        readonly value: string
      }[]
      readonly endsAt: number
      readonly createdBy?: string
      readonly comment?: string
      /** Default: now. */
      readonly startsAt?: number
    }; answer: Silence }
  'POST /silences/preview': { body: {
      readonly matchers: readonly {
        readonly name: string
        readonly operator: "=" | "!=" | "=~" | "!~"
        readonly value: string
      }[]
    }; answer: {
      readonly count: number
      /** The newest 100. */
      readonly alerts: readonly Alert[]
    } }
  'POST /subscribers': { body: {
      readonly address: string
      readonly name?: string | null
      readonly language?: string | null
      readonly timeZone?: string | null
      readonly status?: "unconfirmed" | "active" | "paused" | "unsubscribed" | "bounced" | "complained"
      readonly attributes?: { readonly [key: string]: unknown }
      readonly topics?: { readonly [key: string]: number }
      /** Names of lists to join, unless the person left them. */
      readonly lists?: readonly string[]
    }; answer: Subscriber }
  'POST /subscribers/import': { query?: { format?: "csv" | "tsv" | "ndjson" | "xlsx"; encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252"; delimiter?: string | number; entry?: string | number; name?: string | number; map?: string | number; dryRun?: "1"; resume?: string | number; progress?: "1"; rejects?: "1"; lists?: string | number; createLists?: "1"; merge?: "overwrite" | "fill" | "keep"; preset?: "listmonk" | "mailchimp" | "substack" | "ghost" | "brevo" | "mailerlite" | "none"; check?: string | number }; body: string | Blob; answer: ImportResult }
  'POST /subscribers/{id}/erase': { path: { id: string | number }; answer: {
      /** False where they had been erased before. */
      readonly erased: boolean
    } }
  'POST /subscribers/{id}/follows': { path: { id: string | number }; body: {
      readonly channel: string
      readonly contact?: string | null
      readonly topics?: readonly string[]
      readonly minSeverity?: "info" | "warning" | "error" | "critical"
      readonly filter?: readonly {
        readonly name: string
        readonly operator: "=" | "!=" | "=~" | "!~"
        readonly value: string
      }[]
    }; answer: Follow }
  'POST /subscribers/{id}/leave': { path: { id: string | number }; body: {
      readonly lists: readonly string[]
    } | {
      readonly all: true
    }; answer: {
      readonly changed: boolean
    } }
  'POST /subscribers/{id}/pause': { path: { id: string | number }; body: {
      /** Why; kept with the consent event. */
      readonly words?: string | null
      readonly until?: number | null
    }; answer: Subscriber }
  'POST /subscribers/{id}/resume': { path: { id: string | number }; body: {
      /** Why; kept with the consent event. */
      readonly words?: string | null
    }; answer: Subscriber }
  'POST /subscriptions': { body: {
      readonly address: string
      readonly name?: string | null
      readonly language?: string | null
      readonly timeZone?: string | null
      readonly lists: readonly string[]
      readonly topics?: { readonly [key: string]: number }
      readonly attributes?: { readonly [key: string]: unknown }
      readonly confirmByMail?: boolean
      readonly proof?: {
        readonly source?: "form" | "page" | "api" | "cli"
        /** Default: now. */
        readonly at?: number
        readonly ip?: string | null
        readonly userAgent?: string | null
        readonly origin?: string | null
        readonly words?: string | null
      }
    }; answer: {
      readonly status: "active"
    } | {
      readonly status: "pending"
    } }
  'POST /suppressions': { body: {
      readonly address: string
      readonly reason?: "bounce" | "complaint" | "manual" | "import"
      readonly detail?: string | null
    } | (readonly {
      readonly address: string
      readonly reason?: "bounce" | "complaint" | "manual" | "import"
      readonly detail?: string | null
    }[]); answer: {
      /** Those that were not there. */
      readonly added: number
    } }
  'POST /suppressions/import': { query?: { format?: "csv" | "tsv" | "ndjson" | "xlsx"; encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252"; delimiter?: string | number; entry?: string | number; name?: string | number; map?: string | number; dryRun?: "1"; resume?: string | number; progress?: "1"; rejects?: "1" }; body: string | Blob; answer: ImportResult }
  'POST /templates': { body: {
      readonly name: string
      readonly kind?: "letter" | "layout" | "partial"
      readonly format?: "html" | "mjml" | "markdown"
      readonly subject?: string
      readonly preheader?: string
      readonly body: string
      readonly text?: string | null
      readonly variants?: { readonly [key: string]: {
        readonly subject?: string
        readonly preheader?: string
        readonly body: string
        readonly text?: string | null
      } }
    }; answer: Template }
  'POST /templates/check': { body: {
      readonly name: string
      readonly kind?: "letter" | "layout" | "partial"
      readonly format?: "html" | "mjml" | "markdown"
      readonly subject?: string
      readonly preheader?: string
      readonly body: string
      readonly text?: string | null
      readonly variants?: { readonly [key: string]: {
        readonly subject?: string
        readonly preheader?: string
        readonly body: string
        readonly text?: string | null
      } }
    }; answer: {
      readonly problems: readonly TemplateProblem[]
    } }
  'POST /templates/preview': { body: {
      readonly template: {
        readonly name: string
        readonly kind?: "letter" | "layout" | "partial"
        readonly format?: "html" | "mjml" | "markdown"
        readonly subject?: string
        readonly preheader?: string
        readonly body: string
        readonly text?: string | null
        readonly variants?: { readonly [key: string]: {
          readonly subject?: string
          readonly preheader?: string
          readonly body: string
          readonly text?: string | null
        } }
      }
      /** Who gets it; left out: somebody of whom nothing is known. */
      readonly address?: string
      /** Seen by the template as `campaign.data`. */
      readonly data?: { readonly [key: string]: unknown }
    }; answer: {
      readonly to: string
      readonly subject: string
      readonly preheader: string
      readonly html: string
      readonly text: string
      readonly language: string
      readonly picks: readonly {
        readonly itemId: number
        readonly title: string
        readonly url: string
        /** For people: `because you follow Security`. */
        readonly reason: string
      }[]
      /** The message as it would leave. */
      readonly mime: string
      /** Parts that could not be compiled and are interpreted, and why. */
      readonly interpreted: readonly {
        readonly part: string
        readonly why: string
      }[]
    } }
  'POST /topics': { body: {
      readonly name: string
      readonly title: string
      readonly description?: string
    }; answer: Topic }
  'POST /users': { body: {
      /** The e-mail address they sign in with. */
      readonly name: string
      /** What they are called. */
      readonly fullName?: string
      /** What they may do. */
      readonly role: "owner" | "editor" | "sender" | "analyst" | "alert-duty"
    }; answer: {
      readonly user: User
      readonly invitation: {
        /** Good for one `POST /access/accept`; shown this once. */
        readonly token: string
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly expiresAt: number
        /** Where the console takes it; null where `publicUrl` is not set. The token is behind `#`: no server hears it. */
        readonly link: string | null
      }
    } }
  'POST /users/first': { answer: {
      /** Good for one `POST /access/accept`; shown this once. */
      readonly token: string
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly expiresAt: number
      /** Where the console takes it; null where `publicUrl` is not set. The token is behind `#`: no server hears it. */
      readonly link: string | null
    } }
  'POST /users/{idOrName}/enter': { path: { idOrName: string | number }; answer: {
      /** Good for one `POST /access/accept`; shown this once. */
      readonly token: string
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly expiresAt: number
      /** Where the console takes it; null where `publicUrl` is not set. The token is behind `#`: no server hears it. */
      readonly link: string | null
    } }
  'POST /users/{idOrName}/reset': { path: { idOrName: string | number }; body?: {
      readonly secondFactor?: boolean
    } | null; answer: {
      readonly user: User
      readonly invitation: {
        /** Good for one `POST /access/accept`; shown this once. */
        readonly token: string
        /** Milliseconds since 1970-01-01T00:00:00Z. */
        readonly expiresAt: number
        /** Where the console takes it; null where `publicUrl` is not set. The token is behind `#`: no server hears it. */
        readonly link: string | null
      }
    } }
  'PUT /campaigns/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly title: string
      readonly template: string
      readonly subject?: string | null
      readonly sender: {
        /** In From */
        readonly address: string
        /** Shown beside the address */
        readonly name?: string
        /** Where answers go. Null: to the address */
        readonly replyTo?: string | null
        /** Shown in letters, as CAN-SPAM and the like ask for */
        readonly postalAddress?: string | null
      }
      readonly channel?: string
      readonly lists?: readonly string[]
      readonly excludeLists?: readonly string[]
      readonly segments?: readonly string[]
      readonly excludeSegments?: readonly string[]
      readonly campaigns?: readonly string[]
      readonly excludeCampaigns?: readonly string[]
      readonly where?: string | null
      readonly selection?: {
        readonly count?: number
        readonly minimum?: number
        readonly pool?: number
        readonly topics?: readonly string[]
        readonly maxAgeMs?: number | null
        readonly pinned?: readonly string[]
        readonly sinceLast?: boolean
        readonly minimumNew?: number
        readonly onlyNew?: boolean
        readonly halfLifeMs?: number
        readonly diversity?: number
      }
      readonly data?: { readonly [key: string]: unknown }
      readonly uncertain?: "hold" | "resend"
      readonly onceKey?: string | null
      readonly retryForMs?: number
      readonly autoPauseShare?: number
      readonly autoPauseAfter?: number
      readonly repeat?: {
        readonly cron: string
        readonly timeZone: string
        readonly until?: number | null
        readonly count?: number | null
      } | null
      readonly deliverAt?: "same-moment" | "local-time"
      readonly ignoreCaps?: boolean
      readonly tracking?: {
        readonly links?: boolean | null
        readonly opens?: boolean | null
      }
      readonly graceMs?: number
      readonly language?: string
      readonly timeZone?: string
      readonly archive?: boolean
    }; answer: Campaign }
  'PUT /feeds/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly url: string
      readonly title?: string
      readonly topics?: readonly string[]
      readonly categoryMap?: { readonly [key: string]: string }
      readonly keywordRules?: readonly {
        readonly topic: string
        readonly words: readonly string[]
        readonly in?: "title" | "body" | "any"
      }[]
      readonly language?: string | null
      readonly enabled?: boolean
      readonly minIntervalMs?: number | null
      readonly maxIntervalMs?: number | null
    }; answer: Feed }
  'PUT /heartbeats/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly title: string
      readonly everyMs: number
      readonly topic?: string | null
      readonly severity?: "info" | "warning" | "error" | "critical"
      readonly labels?: { readonly [key: string]: string }
    }; answer: Heartbeat }
  'PUT /lists/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly title: string
      readonly description?: string
      /** Of sign-ups: at once, or once they are confirmed. */
      readonly optIn?: "single" | "double"
    }; answer: List }
  'PUT /segments/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly title: string
      readonly description?: string
      /** As text, e.g. `topic:security >= 0.5 and not list:vip`, or as a tree; docs/audience.md has both. */
      readonly rule: string | { readonly [key: string]: unknown }
    }; answer: Segment }
  'PUT /subscribers/{id}/follow-preferences': { path: { id: string | number }; body: {
      readonly quiet?: {
        readonly from: string
        readonly until: string
      } | null
      readonly digestAt?: string | null
      readonly maxPerHour?: number | null
      readonly criticalAnyway?: boolean
    }; answer: {
      readonly quiet: {
        readonly from: string
        readonly until: string
      } | null
      readonly digestAt: string | null
      readonly maxPerHour: number | null
      readonly criticalAnyway: boolean
    } }
  'PUT /subscribers/{id}/follows/{follow}': { path: { id: string | number; follow: string | number }; query?: { version?: string | number }; body: {
      readonly channel: string
      readonly contact?: string | null
      readonly topics?: readonly string[]
      readonly minSeverity?: "info" | "warning" | "error" | "critical"
      readonly filter?: readonly {
        readonly name: string
        readonly operator: "=" | "!=" | "=~" | "!~"
        readonly value: string
      }[]
    }; answer: Follow }
  'PUT /templates/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly kind?: "letter" | "layout" | "partial"
      readonly format?: "html" | "mjml" | "markdown"
      readonly subject?: string
      readonly preheader?: string
      readonly body: string
      readonly text?: string | null
      readonly variants?: { readonly [key: string]: {
        readonly subject?: string
        readonly preheader?: string
        readonly body: string
        readonly text?: string | null
      } }
    }; answer: Template }
  'PUT /topics/{idOrName}': { path: { idOrName: string | number }; query?: { version?: string | number }; body: {
      readonly name: string
      readonly title: string
      readonly description?: string
    }; answer: Topic }
}
