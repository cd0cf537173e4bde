import { SHARED_KINDS } from '../../domain/access/share.ts'
import {
  flag,
  IDS,
  type JsonOf,
  list,
  named,
  ORIGIN,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../json/shape.ts'

export const shareShape = named(
  'Share',
  object({
    id: uuid(IDS.token),
    kind: oneOf(SHARED_KINDS),
    path: text('dist/app.zip'),
    node_index: whole(0),
    build: orNull(whole(42)),
    latest: orNull(object({ branch: orNull(text('main')) })),
    label: orNull(text('for the auditors')),
    show_name: flag(),
    last_four: text('x7Qk'),
    created_by: orNull(text('jo')),
    created_at: time(),
    expires_at: time('2026-12-01T09:00:00.000Z'),
    max_uses: orNull(whole(10)),
    uses: whole(3),
    last_used_at: orNull(time()),
    last_used_from: orNull(text('DE/FRA')),
    state: oneOf(['open', 'expired', 'used_up']),
  }),
)
export const madeShareShape = named(
  'MadeShare',
  object({ ...shareShape.entries, link: text(`${ORIGIN}/s/the-secret`) }),
)
export const sharePageShape = object({ items: list(shareShape), next_after: orNull(text('WyJzaGFyZSJd')) })

export type ShareJson = JsonOf<typeof shareShape>
export type MadeShareJson = JsonOf<typeof madeShareShape>
export type SharePageJson = JsonOf<typeof sharePageShape>
