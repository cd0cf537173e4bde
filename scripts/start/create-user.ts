// npm run create-user -- <login> [--owner] [--remote [--env <name>]]: a person and a first personal token, shown once.
import { existsSync, readFileSync } from 'node:fs'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers, type Peppers } from '../../src/domain/access/secret-hash.ts'
import { LOGIN_RULE, parseLogin } from '../../src/domain/people/user.ts'
import { findUserByLogin, hasUsers } from '../../src/storage/people/users.ts'
import type { Db } from '../../src/storage/stores.ts'
import { missingResources, takeEnvironment } from '../deploy/cloudflare-resources.ts'
import { deploymentOf } from '../deploy/deployment.ts'
import { openWranglerDb } from '../deploy/wrangler-database.ts'
import { openLocalDatabase } from './local-database.ts'
import { dropUnfinishedDemo, ensureDevVars, findRunningServer, openLocalState } from './local-state.ts'

const YEAR_MS = 365 * 24 * 60 * 60 * 1000
const USAGE = 'npm run create-user -- <login> [--owner] [--remote [--env <name>]]'

class Refusal extends Error {}
type Wish = { readonly login: string; readonly isOwner: boolean; readonly isRemote: boolean }

try {
  const wish = parseWish(takeEnvironment(process.argv.slice(2)))
  if (wish.isRemote) await createRemotely(wish)
  else await createLocally(wish)
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error)
  process.exitCode = 1
}

function parseWish(args: readonly string[]): Wish {
  const [text, ...others] = args.filter((arg) => !arg.startsWith('--'))
  const options = args.filter((arg) => arg.startsWith('--'))
  const unknown = options.find((option) => option !== '--owner' && option !== '--remote')
  if (unknown) throw new Refusal(`There is no option ${unknown}. Usage: ${USAGE}`)
  if (text === undefined || others.length > 0) throw new Refusal(`Usage: ${USAGE}`)
  const login = parseLogin(text)
  if (!login) throw new Refusal(`The login ${LOGIN_RULE}, and "${text}" is not.`)
  return { login, isOwner: options.includes('--owner'), isRemote: options.includes('--remote') }
}

async function createLocally(wish: Wish): Promise<void> {
  const state = openLocalState()
  const running = await findRunningServer(state)
  // Two processes must not open one local database file.
  if (running) throw new Refusal(`npm start is running on this data (process ${running.pid}): stop it, then try again.`)
  dropUnfinishedDemo(state)
  ensureDevVars(state)
  const { db, peppers, close } = await openLocalDatabase(state)
  try {
    await create(db, peppers, wish)
  } finally {
    await close()
  }
}

async function createRemotely(wish: Wish): Promise<void> {
  const missing = missingResources()
  if (missing) throw new Refusal(missing)
  const PEPPERS = process.env.PEPPERS ?? keptSecret('PEPPERS')
  if (!PEPPERS) {
    throw new Refusal(`PEPPERS is not set. The token is hashed here, with the pepper of the deployed Worker, and Cloudflare never gives a
secret back: use the value that you kept when it was made.
  read -rs PEPPERS && export PEPPERS
  ${USAGE}`)
  }
  const peppers = await importPeppers(PEPPERS).catch((error: Error) => {
    throw new Refusal(error.message)
  })
  await create(openWranglerDb(['--remote']), peppers, wish)
}

/** As `npm run deploy` keeps it on the machine that made it. */
function keptSecret(name: string): string | null {
  const file = deploymentOf()?.secretsFile
  return file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8'))[name] ?? null) : null
}

async function create(db: Db, peppers: Peppers, { login, isOwner }: Wish): Promise<void> {
  const isFirst = !(await hasUsers(db))
  const instanceRole = isFirst || isOwner ? 'owner' : 'user'
  const now = Date.now()
  const input = { login, instanceRole, tokenLabel: 'First token', tokenExpiresAt: now + YEAR_MS } as const
  const made = (await findUserByLogin(db, login)) ? 'login_taken' : await createUser(db, peppers, now, input)
  if (made === 'login_taken') throw new Refusal(`The login "${login}" is taken.`)
  const role = instanceRole === 'user' ? 'a user' : isFirst ? 'an owner, being the first user here' : 'an owner'
  const until = new Date(input.tokenExpiresAt).toISOString().slice(0, 10)
  // The token alone is on stdout, so that a script can take it.
  console.error(`Made ${login}, ${role}. The personal token, which expires on ${until} and is not shown again:`)
  console.log(made.secret)
}
