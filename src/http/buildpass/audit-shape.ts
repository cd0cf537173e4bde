import * as v from 'valibot'
import { byName, IDS, type JsonOf, list, named, object, orNull, text, time, uuid, whole } from '../json/shape.ts'

const auditEntryShape = object({
  id: whole(7),
  time: time(),
  action: text('token.created'),
  by: orNull(text('jo')),
  by_token: orNull(uuid(IDS.token)),
  subject: orNull(text(IDS.token)),
  detail: orNull(byName(v.union([v.string(), v.number(), v.null()]))),
  from: orNull(text('192.0.2.0/24 DE')),
})
export const auditPageShape = named(
  'AuditPage',
  object({ items: list(auditEntryShape), next_before: orNull(whole(7)) }),
)

export type AuditEntryJson = JsonOf<typeof auditEntryShape>
export type AuditPageJson = JsonOf<typeof auditPageShape>
