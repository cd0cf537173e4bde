import { NOTICES, PERSONAL_KINDS, PLACES } from '../../domain/notices/notice.ts'
import { IDS, type JsonOf, keyOf, list, named, object, oneOf, orNull, text, time, uuid, whole } from '../json/shape.ts'

const noticeShape = named(
  'Notice',
  object({
    id: uuid(IDS.token),
    kind: keyOf(NOTICES),
    project: orNull(text('gh/acme/web')),
    time: time(),
    read_at: orNull(time()),
    title: text('main of gh/acme/web broke'),
    lines: list(text('Failed: test (42)')),
    url: text('https://builds.example.com/gh/acme/web/42'),
  }),
)
export const noticesShape = object({ items: list(noticeShape), unread: whole(3) })

const choiceShape = named(
  'NoticeChoice',
  object({ kind: oneOf(PERSONAL_KINDS), place: orNull(oneOf(PLACES)), usual: oneOf(PLACES) }),
)
export const choicesShape = object({ project: orNull(text('gh/acme/web')), items: list(choiceShape) })

export type NoticeJson = JsonOf<typeof noticeShape>
export type NoticesJson = JsonOf<typeof noticesShape>
export type ChoicesJson = JsonOf<typeof choicesShape>
