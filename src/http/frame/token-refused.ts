import { AppError, invalidInput } from '../../domain/error.ts'
import { MAX_TOKENS_HELD, type TokenRefused } from '../../storage/tokens/tokens.ts'

/** Throws why no token was made. */
export function throwTokenRefused(refused: TokenRefused): never {
  switch (refused.kind) {
    case 'no_holder':
      throw new AppError('project_not_found')
    case 'full':
      throw new AppError('limit_reached', `There are ${MAX_TOKENS_HELD} tokens already: delete some first.`)
    case 'against_policy':
      throw invalidInput(refused.breach === 'life' ? 'expires_at' : 'limits.cidrs', refused.rule)
    case 'no_maker':
      throw new AppError('permission_denied', 'By the policy of this server its owners alone make such tokens.')
    case 'policy_changed':
      throw new AppError('right_changed')
    case 'done_before':
      throw new AppError('done_before')
  }
}
