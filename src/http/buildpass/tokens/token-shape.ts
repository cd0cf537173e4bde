import { type JsonOf, maybe, named, object, oneOf, orNull, text } from '../../json/shape.ts'
import { projectTokenShape } from '../../json/token-shape.ts'

const { scope, ...everyToken } = projectTokenShape.entries

export const presentedTokenShape = named(
  'PresentedToken',
  object({
    kind: oneOf(['personal', 'project', 'organization', 'reporting']),
    project: orNull(text('gh/acme/web')),
    organization: maybe(text('gh/acme')),
    ...everyToken,
    scope: maybe(scope),
  }),
)

export type PresentedTokenJson = JsonOf<typeof presentedTokenShape>
