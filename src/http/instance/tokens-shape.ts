import { SCOPES } from '../../domain/access/scope.ts'
import { IDS, type JsonOf, keyOf, list, maybe, named, object, oneOf, orNull, text, uuid } from '../json/shape.ts'
import { personalTokenShape } from '../json/token-shape.ts'

const { id, ...others } = personalTokenShape.entries

export const ownedTokensShape = named(
  'OwnedTokens',
  object({
    items: list(
      object({
        id: uuid(IDS.token),
        kind: oneOf(['personal', 'project', 'organization']),
        person: orNull(text('ada')),
        project: orNull(text('gh/acme/web')),
        organization: orNull(text('gh/acme')),
        created_by: orNull(text('ada')),
        ...others,
        scope: maybe(keyOf(SCOPES)),
      }),
    ),
    next_after: orNull(text('1796049539068.4b310da9')),
  }),
)

export type OwnedTokensJson = JsonOf<typeof ownedTokensShape>
