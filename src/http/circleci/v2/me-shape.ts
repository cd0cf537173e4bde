import { vcsTypeShape } from '../../json/build-shape.ts'
import { exactly, IDS, type JsonOf, named, object, orNull, text, uuid } from '../../json/shape.ts'

export const v2MeShape = named(
  'V2Me',
  object({
    id: uuid(IDS.person),
    login: text('jo'),
    name: text('Jo'),
    avatar_url: orNull(text('https://example.com/jo.png')),
  }),
)

export const v2UserShape = named('V2User', object({ id: uuid(IDS.person), login: text('jo'), name: text('Jo') }))

export const collaborationShape = named(
  'Collaboration',
  object({
    id: uuid(IDS.project),
    slug: text('gh/acme'),
    name: text('acme'),
    'vcs-type': vcsTypeShape(),
    vcs_type: vcsTypeShape(),
    avatar_url: exactly(''),
  }),
)

export const briefProjectShape = named(
  'BriefProject',
  object({ name: text('web'), slug: text('gh/acme/web'), vcs_type: vcsTypeShape() }),
)

export type V2MeJson = JsonOf<typeof v2MeShape>
export type V2UserJson = JsonOf<typeof v2UserShape>
export type CollaborationJson = JsonOf<typeof collaborationShape>
export type BriefProjectJson = JsonOf<typeof briefProjectShape>
