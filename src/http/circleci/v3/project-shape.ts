import { IDS, type JsonOf, named, object, oneOf, orNull, text, uuid } from '../../json/shape.ts'

const ORGANIZATION = 'c1f0a5d2-3b7e-8c41-9a60-7e2d4f8b5a13'
const vcsShape = () => oneOf(['github', 'bitbucket', 'gitlab'])

export const v3UserShape = named(
  'V3User',
  object({
    id: uuid(IDS.person),
    attributes: object({
      name: text('Jo'),
      login: text('jo'),
      avatar_url: orNull(text('https://example.com/jo.png')),
    }),
    references: object({}),
  }),
)

export const v3OrganizationShape = named(
  'V3Organization',
  object({ id: uuid(ORGANIZATION), attributes: object({ name: text('acme') }), references: object({}) }),
)

export const v3ProjectShape = named(
  'V3Project',
  object({
    id: uuid(IDS.project),
    attributes: object({ name: text('web') }),
    references: object({ org: object({ id: uuid(ORGANIZATION), attributes: object({ name: text('acme') }) }) }),
  }),
)

export const definitionShape = named(
  'V3PipelineDefinition',
  object({
    id: uuid(IDS.project),
    attributes: object({
      name: text('web'),
      description: text('What the CI of this project runs.'),
      config: object({
        type: vcsShape(),
        vcs: object({ provider: vcsShape(), repo_full_name: text('acme/web') }),
      }),
      checkout: object({
        type: vcsShape(),
        vcs: object({ provider: vcsShape(), repo_full_name: text('acme/web') }),
      }),
    }),
    references: object({ project: object({ id: uuid(IDS.project) }) }),
  }),
)

export type V3UserJson = JsonOf<typeof v3UserShape>
export type V3OrganizationJson = JsonOf<typeof v3OrganizationShape>
export type V3ProjectJson = JsonOf<typeof v3ProjectShape>
export type DefinitionJson = JsonOf<typeof definitionShape>
