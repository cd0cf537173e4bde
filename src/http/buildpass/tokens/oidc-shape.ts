import { type JsonOf, named, object, text, time } from '../../json/shape.ts'

export const reportingTokenShape = named(
  'ReportingToken',
  object({ project: text('gh/acme/web'), token: text('the secret'), expires_at: time(), renewable_until: time() }),
)

export type ReportingTokenJson = JsonOf<typeof reportingTokenShape>
