import {
  byName,
  exactly,
  flag,
  IDS,
  type JsonOf,
  named,
  none,
  nothing,
  object,
  orNull,
  text,
  time,
  uuid,
  whole,
} from '../../json/shape.ts'

export const v1MeShape = named(
  'V1Me',
  object({
    login: text('jo'),
    name: text('Jo'),
    avatar_url: orNull(text('https://example.com/jo.png')),
    admin: flag(),
    created_at: time(),
    analytics_id: uuid(IDS.person),
    basic_email_prefs: exactly('none'),
    all_emails: none(),
    selected_email: nothing(),
    num_projects_followed: whole(1),
    projects: byName(object({ on_dashboard: flag(true), emails: exactly('default') })),
  }),
)
export const followedShape = object({ followed: flag(true) })
export const unfollowedShape = object({ followed: flag(false) })

export type V1MeJson = JsonOf<typeof v1MeShape>
export type FollowedJson = JsonOf<typeof followedShape>
