import { exactly, flag, type JsonOf, named, object, text } from '../json/shape.ts'

/** What shields.io reads of an endpoint badge. */
export const badgeShape = named(
  'Badge',
  object({
    schemaVersion: exactly(1),
    label: text('build'),
    message: text('passing'),
    color: text('#1a7f37'),
    isError: flag(),
  }),
)

export type BadgeJson = JsonOf<typeof badgeShape>
