// npm run sign-in-link -- <login> [--remote [--env <name>]]: a link that signs one person in, once, within 15 minutes.
import { makeSignInLink, type SignInLink } from '../../src/actions/make-sign-in-link.ts'
import { LOGIN_RULE, parseLogin } from '../../src/domain/people/user.ts'
import { missingResources, takeEnvironment } from '../deploy/cloudflare-resources.ts'
import { openWranglerDb } from '../deploy/wrangler-database.ts'
import { askSignInLink } from './local-control.ts'
import { openLocalDatabase } from './local-database.ts'
import { ensureDevVars, findRunningServer, openLocalState } from './local-state.ts'

const USAGE = 'npm run sign-in-link -- <login> [--remote [--env <name>]]'

class Refusal extends Error {}

try {
  const { login, isRemote } = parseWish(takeEnvironment(process.argv.slice(2)))
  if (isRemote) await linkRemotely(login)
  else await linkLocally(login)
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error)
  process.exitCode = 1
}

function parseWish(args: readonly string[]): { readonly login: string; readonly isRemote: boolean } {
  const [text, ...others] = args.filter((arg) => !arg.startsWith('--'))
  const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--remote')
  if (unknown) throw new Refusal(`There is no option ${unknown}. Usage: ${USAGE}`)
  if (text === undefined || others.length > 0) throw new Refusal(`Usage: ${USAGE}`)
  const login = parseLogin(text)
  if (!login) throw new Refusal(`The login ${LOGIN_RULE}, and "${text}" is not.`)
  return { login, isRemote: args.includes('--remote') }
}

async function linkLocally(login: string): Promise<void> {
  const state = openLocalState()
  const running = await findRunningServer(state)
  if (running) {
    const { origin, controlKey } = running
    if (!origin || !controlKey) throw new Refusal('npm start is just starting on this data: try again in a moment.')
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
  if (missing) throw new Refusal(missing)
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
