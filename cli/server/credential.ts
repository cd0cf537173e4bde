import { parseSecret } from '../../src/domain/access/secret.ts'
import { usageError } from '../terminal/exit.ts'
import { loginFile, readLogins } from './login-file.ts'
import { isReadByOthers } from './private-file.ts'
import type { Credential } from './server.ts'

/** A token of this environment: `BUILDPASS_TOKEN`, else what the CI vouches for, else the login. */
export function findCredential(
  origin: string,
  {
    keyless,
    howToGetOne,
    warn,
    env,
  }: {
    readonly keyless: Credential | null
    readonly howToGetOne: string
    readonly warn: (text: string) => void
    readonly env: NodeJS.ProcessEnv
  },
): Credential {
  const given = env.BUILDPASS_TOKEN?.trim()
  if (given) {
    if (!parseSecret(given))
      throw usageError(
        'BUILDPASS_TOKEN does not hold a Buildpass token.',
        'It looks like bpu_… or bpr_… and has 46 characters; CI systems often leave it empty or masked in forks.',
      )
    return fixed(given, 'the variable BUILDPASS_TOKEN')
  }
  if (keyless) return keyless
  const kept = readLogins().tokens[origin]
  if (kept === undefined) return nobody(howToGetOne)
  if (isReadByOthers(loginFile())) warn(`${loginFile()} can be read by others on this machine: chmod 600 it.`)
  return fixed(kept, `${loginFile()} (buildpass login)`)
}

function fixed(token: string, source: string): Credential {
  return {
    source,
    hint: `The token came from ${source}. Reporting needs a personal token of a member, not limited to read, or a keyless one.`,
    token: async () => token,
    renew: async () => false,
  }
}

function nobody(howToGetOne: string): Credential {
  return {
    source: `nowhere. ${howToGetOne}`,
    hint: `No token was sent. ${howToGetOne}`,
    token: async () => null,
    renew: async () => false,
  }
}
