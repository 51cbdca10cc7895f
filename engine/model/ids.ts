declare const kind: unique symbol
type Id<K extends string> = number & { readonly [kind]: K }

/** Ids are positive integers given by the store, rising in the order of creation. They are never reused. */
export type SubscriberId = Id<'subscriber'>
export type ListId = Id<'list'>
export type TopicId = Id<'topic'>
export type ItemId = Id<'item'>
export type TemplateId = Id<'template'>
export type CampaignId = Id<'campaign'>
export type PublicationId = Id<'publication'>
export type EventId = Id<'event'>
export type ApiKeyId = Id<'apiKey'>
export type ImportId = Id<'import'>
export type FeedId = Id<'feed'>
export type AlertId = Id<'alert'>
export type NotificationId = Id<'notification'>
export type FollowId = Id<'follow'>
export type SilenceId = Id<'silence'>
export type HeartbeatId = Id<'heartbeat'>
export type UserId = Id<'user'>
export type SessionId = Id<'session'>
export type AuditId = Id<'audit'>
export type AssetId = Id<'asset'>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** A plain JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A page of rows in key order. `next` is the `after` of the following page; null at the end. */
export interface Page<T> {
  readonly rows: readonly T[]
  readonly next: number | null
}
