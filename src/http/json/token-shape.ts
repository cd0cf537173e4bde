import { ACCESS_LEVELS } from '../../domain/access/limits/limits.ts'
import { SCOPES } from '../../domain/access/scope.ts'
import { exactly, IDS, type JsonOf, keyOf, list, maybe, named, object, orNull, text, time, uuid } from './shape.ts'

const limitsShape = named(
  'Limits',
  object({
    access: maybe(keyOf(ACCESS_LEVELS)),
    only: maybe(exactly('badges')),
    projects: maybe(list(text('gh/acme/web'))),
    branches: maybe(list(text('release/*'))),
    paths: maybe(list(text('dist/**'))),
    cidrs: maybe(list(text('10.0.0.0/8'))),
    not_before: maybe(time()),
    // It has a limit that this version does not know, and opens nothing here.
    unreadable: maybe(exactly(true)),
  }),
)
export const personalTokenShape = named(
  'PersonalToken',
  object({
    id: uuid(IDS.token),
    label: text('deploy script'),
    limits: orNull(limitsShape),
    prefix: text('bpu_7Gk2'),
    last_four: text('x7Qk'),
    time: time(),
    expires_at: orNull(time('2027-11-24T09:00:00.000Z')),
    last_used_at: orNull(time()),
    last_used_from: orNull(text('192.0.2.0/24 DE')),
    leak_reported_at: orNull(time()),
  }),
)
export const projectTokenShape = named(
  'ProjectToken',
  object({
    ...personalTokenShape.entries,
    scope: keyOf(SCOPES),
    prefix: text('bpp_7Gk2'),
  }),
)
const minted = { token: text('the secret'), replaces: maybe(uuid(IDS.token)) }
export const mintedPersonalTokenShape = named(
  'MintedPersonalToken',
  object({ ...personalTokenShape.entries, ...minted }),
)
export const mintedProjectTokenShape = named('MintedProjectToken', object({ ...projectTokenShape.entries, ...minted }))
export const endedShape = named('Ended', object({ message: exactly('ok'), deleted: list(uuid(IDS.token)) }))

export type LimitsJson = JsonOf<typeof limitsShape> | null
export type TokenJson = JsonOf<typeof personalTokenShape | typeof projectTokenShape>
export type MintedTokenJson = JsonOf<typeof mintedPersonalTokenShape | typeof mintedProjectTokenShape>
export type EndedJson = JsonOf<typeof endedShape>
