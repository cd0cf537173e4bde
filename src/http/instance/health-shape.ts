import { exactly, type JsonOf, maybe, named, object, oneOf, orNull, text, time, whole } from '../json/shape.ts'

const check = () => object({ state: oneOf(['ok', 'failed']), ms: whole(4) })
export const storesShape = named('Stores', object({ d1: check(), kv: check(), r2: check() }))

export const readinessShape = named(
  'Readiness',
  object({
    status: oneOf(['ok', 'degraded', 'unavailable']),
    problem: maybe(text('PUBLIC_ORIGIN is not set on this server, …')),
    checks: storesShape,
    feed_age_ms: orNull(whole(900)),
    checked_at: time(),
  }),
)
export const healthShape = object({ status: exactly('ok') })

export type ReadinessJson = JsonOf<typeof readinessShape>
export type HealthJson = JsonOf<typeof healthShape>
