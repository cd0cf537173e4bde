import { ISSUERS } from '../../../domain/access/trusted-publisher.ts'
import { byName, IDS, type JsonOf, keyOf, list, named, object, orNull, text, time, uuid } from '../../json/shape.ts'

export const publisherShape = named(
  'Publisher',
  object({
    id: uuid(IDS.token),
    kind: keyOf(ISSUERS),
    issuer: text('https://token.actions.githubusercontent.com'),
    claims: byName(text('123456')),
    time: time(),
  }),
)
const publisherListedShape = named(
  'PublisherListed',
  object({ ...publisherShape.entries, created_by: orNull(text('jo')) }),
)
export const publishersShape = object({ items: list(publisherListedShape) })

export type PublisherJson = JsonOf<typeof publisherShape>
export type PublishersJson = JsonOf<typeof publishersShape>
