/** The acts in the audit log; append only. */
export type AuditAction =
  | 'user.created'
  | 'user.invited'
  | 'user.role_set'
  | 'user.removed'
  | 'token.created'
  | 'token.rotated'
  | 'token.deleted'
  | 'token.leaked'
  | 'token.leak_flagged'
  | 'token.refused_by_scope'
  | 'token.refused_by_network'
  | 'token.refused_expired'
  | 'project.created'
  | 'project.updated'
  | 'project.deleted'
  | 'member.set'
  | 'member.removed'
  | 'creator.granted'
  | 'creator.ended'
  | 'webhook.created'
  | 'webhook.rotated'
  | 'webhook.deleted'
  | 'publisher.created'
  | 'publisher.deleted'
  | 'publisher.used'
  | 'retention.updated'
  | 'policy.updated'
  | 'token.unused'
  | 'session.started'
  | 'session.ended'
  | 'identity.linked'
  | 'identity.unlinked'
  | 'env_var.set'
  | 'env_var.deleted'
  | 'dispatch_target.set'
  | 'dispatch_target.deleted'
  | 'listener.created'
  | 'listener.deleted'
  | 'listener.resumed'
  | 'token.successor_dropped'
  | 'test.muted'
  | 'test.unmuted'
  | 'share.created'
  | 'share.ended'
  | 'share.leaked'

export type AuditDetail = Readonly<Record<string, string | number | null>>

export type AuditEntry = {
  readonly action: AuditAction
  readonly projectId: string | null
  /** What was acted on: a token id, a login, a slug. */
  readonly subject: string | null
  readonly detail?: AuditDetail
}
