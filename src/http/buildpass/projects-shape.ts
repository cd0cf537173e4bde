import {
  exactly,
  flag,
  IDS,
  type JsonOf,
  list,
  maybe,
  named,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
} from '../json/shape.ts'

export const projectShape = named(
  'Project',
  object({
    id: uuid(IDS.project),
    slug: text('gh/acme/web'),
    visibility: oneOf(['private', 'public']),
    default_branch: text('main'),
    repository_url: text('https://github.com/acme/web'),
  }),
)

const role = () => oneOf(['admin', 'member'])

const memberShape = named('Member', object({ login: text('jo'), name: text('Jo'), role: role(), since: time() }))
export const memberPageShape = object({ items: list(memberShape), next_after: orNull(text('jo')) })

/** What somebody made for a project, and whom they let into it. */
const leftBehindShape = object({
  made: list(
    object({
      kind: oneOf(['token', 'webhook', 'publisher', 'listener', 'dispatch_target', 'share']),
      id: uuid(IDS.token),
      name: text('deploy script'),
    }),
  ),
  let_in: list(object({ login: text('jo'), role: role() })),
  ended: flag(),
})
const { made, let_in, ended } = leftBehindShape.entries
/** The last three of an admin who was made a member. */
export const memberSetShape = object({
  login: text('jo'),
  role: role(),
  made: maybe(made),
  let_in: maybe(let_in),
  ended: maybe(ended),
})
export const memberRemovedShape = object({ message: exactly('ok'), ...leftBehindShape.entries })

export type ProjectJson = JsonOf<typeof projectShape>
export type MemberJson = JsonOf<typeof memberShape>
export type MemberPageJson = JsonOf<typeof memberPageShape>
export type LeftBehindJson = JsonOf<typeof leftBehindShape>
export type MemberSetJson = JsonOf<typeof memberSetShape>
export type MemberRemovedJson = JsonOf<typeof memberRemovedShape>
