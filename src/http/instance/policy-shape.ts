import { PROJECT_MAKERS } from '../../domain/access/policy.ts'
import {
  flag,
  IDS,
  type JsonOf,
  keyOf,
  list,
  named,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../json/shape.ts'

export const policyShape = named(
  'Policy',
  object({
    personal_days: orNull(whole(365)),
    project_days: orNull(whole(730)),
    unused_days: orNull(whole(90)),
    project_makers: keyOf(PROJECT_MAKERS),
    cidrs: orNull(list(text('10.0.0.0/8'))),
  }),
)
export const breakingTokensShape = named(
  'BreakingTokens',
  object({
    items: list(
      object({
        id: uuid(IDS.token),
        kind: oneOf(['personal', 'project', 'organization', 'reporting']),
        label: text('deploy script'),
        created_by: orNull(text('ada')),
        project: orNull(text('gh/acme/web')),
        time: time(),
        expires_at: orNull(time('2027-11-24T09:00:00.000Z')),
        breaks: list(oneOf(['life', 'networks'])),
      }),
    ),
    next_after: orNull(text('1796049539068.4b310da9')),
  }),
)
export const brokenEndedShape = named('BrokenEnded', object({ ended: whole(3), is_all: flag(true) }))

export type PolicyJson = JsonOf<typeof policyShape>
export type BreakingTokensJson = JsonOf<typeof breakingTokensShape>
export type BrokenEndedJson = JsonOf<typeof brokenEndedShape>
