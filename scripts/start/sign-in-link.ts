// npm run sign-in-link -- <login> [--remote [--env staging]]: a link that signs one person in, once, within 15 minutes.
import { makeSignInLink, type SignInLink } from '../../src/actions/make-sign-in-link.ts'
import { LOGIN_RULE, parseLogin } from '../../src/domain/people/user.ts'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { ScriptError, tellFailure } from '../check/script-error.ts'
import { missingResources } from '../deploy/cloudflare-resources.ts'
import { openWranglerDb } from '../deploy/wrangler-database.ts'
import { askSignInLink } from './local-control.ts'
import { openLocalDatabase } from './local-database.ts'
import { ensureDevVars, findRunningServer, openLocalState } from './local-state.ts'

const USAGE = 'npm run sign-in-link -- <login> [--remote [--env staging]]'

try {
  const { login, isRemote } = parseWish()
  if (isRemote) await linkRemotely(login)
  else await linkLocally(login)
} catch (error) {
  tellFailure(error)
}

function parseWish(): { readonly login: string; readonly isRemote: boolean } {
  const options = { remote: { type: 'boolean', default: false }, env: { type: 'string' } } as const
  const { values, positionals } = parseInvocation(USAGE, options, [1, 1])
  const [text = ''] = positionals
  const login = parseLogin(text) ?? refuseInvocation(USAGE, `The login ${LOGIN_RULE}, and "${text}" is not.`)
  return { login, isRemote: values.remote }
}

async function linkLocally(login: string): Promise<void> {
  const state = openLocalState()
  const running = await findRunningServer(state)
  if (running) {
    const { origin, controlKey } = running
    if (!origin || !controlKey) throw new ScriptError('npm start is just starting on this data: try again in a moment.')
    return tell(await askSignInLink(origin, controlKey, login), origin)
  }
  ensureDevVars(state)
  const { db, close } = await openLocalDatabase(state)
  try {
    tell(await makeSignInLink(db, login, Date.now()), `http://127.0.0.1:${process.env.PORT || 8787}`)
    console.error('Start Buildpass (npm start) to use it.')
  } finally {
    await close()
  }
}

async function linkRemotely(login: string): Promise<void> {
  const missing = missingResources()
  if (missing) throw new ScriptError(missing)
  const link = await makeSignInLink(openWranglerDb(['--remote']), login, Date.now())
  tell(link, (process.env.PUBLIC_ORIGIN || '<the address of your instance>').replace(/\/$/, ''))
}

function tell({ login, path, expiresAt, made }: SignInLink, origin: string): void {
  const role = made === 'owner' ? 'an owner, being the first user here' : 'a user'
  if (made) console.error(`Made ${login}, ${role}.`)
  const until = new Date(expiresAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  // The link alone is on stdout, so that a script can take it.
  console.error(`Signs in as ${login}, once, until ${until}:`)
  console.log(origin + path)
}
