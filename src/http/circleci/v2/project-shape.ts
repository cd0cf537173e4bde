import { IDS, type JsonOf, named, object, oneOf, text, uuid } from '../../json/shape.ts'

export const v2ProjectShape = named(
  'V2Project',
  object({
    id: uuid(IDS.project),
    slug: text('gh/acme/web'),
    name: text('web'),
    organization_id: uuid(IDS.person),
    organization_name: text('acme'),
    organization_slug: text('gh/acme'),
    vcs_info: object({
      vcs_url: text('https://github.com/acme/web'),
      provider: oneOf(['GitHub', 'Bitbucket', 'CircleCI']),
      default_branch: text('main'),
    }),
  }),
)

export type V2ProjectJson = JsonOf<typeof v2ProjectShape>
