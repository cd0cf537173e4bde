import { type JsonOf, named, object, whole } from '../../json/shape.ts'

export const retentionShape = named(
  'Retention',
  object({ artifact_days: whole(30), build_days: whole(365), keep_per_branch: whole(1) }),
)

export type RetentionJson = JsonOf<typeof retentionShape>
