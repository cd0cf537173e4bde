import { IDS, type JsonOf, list, named, object, oneOf, orNull, text, time, whole } from '../json/shape.ts'
import { storesShape } from './health-shape.ts'

const requests = { requests: whole(1_200) }
const errors = { errors: whole(0) }
const momentShape = object({ time: time(), ...requests, ...errors })
const tokenShape = object({
  kind: orNull(oneOf(['personal', 'project', 'organization', 'reporting'])),
  label: orNull(text('README badge')),
  project: orNull(text('gh/acme/web')),
  id: text(IDS.token),
  ...requests,
})

export const trafficShape = named(
  'Traffic',
  object({
    source: oneOf(['analytics_engine', 'isolate']),
    explanation: text(
      'All requests everywhere up to half a minute ago, by Analytics Engine, which samples very many. Those of a token are an estimate.',
    ),
    since: time(),
    until: time(),
    ...requests,
    ...errors,
    over_time: list(momentShape),
    routes: list(object({ route: text('GET /api/v1.1/me'), ...requests, ...errors })),
    statuses: list(object({ status: whole(200), ...requests })),
    tiers: list(object({ tier: text('memory'), ...requests })),
    tokens: list(tokenShape),
    stores: storesShape,
    feed_age_ms: orNull(whole(900)),
  }),
)

export type TrafficJson = JsonOf<typeof trafficShape>
