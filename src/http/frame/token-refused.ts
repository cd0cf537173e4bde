import { AppError } from '../../domain/error.ts'
import { MAX_TOKENS_HELD, type TokenRefused } from '../../storage/tokens/tokens.ts'

/** Throws why no token was made. */
export function throwTokenRefused({ kind }: TokenRefused): never {
  switch (kind) {
    case 'no_holder':
      throw new AppError('project_not_found')
    case 'full':
      throw new AppError('limit_reached', `There are ${MAX_TOKENS_HELD} tokens already: delete some first.`)
    case 'done_before':
      throw new AppError('done_before')
  }
}
