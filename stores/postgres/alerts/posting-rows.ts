/** As `Posting` has them. */
export const postingColumns = `p.notification_id AS "notificationId", p.target, p.channel, p.subscriber_id AS "subscriberId",
  p.place AS "to", p.state, p.attempt, p.uncertain, p.due_at AS "dueAt", p.code, p.detail, p.updated_at AS "updatedAt"`
