// npm run create-user -- <login> [--owner] [--remote [--env staging]]: a person and a first personal token, shown once.

import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers, type Peppers } from '../../src/domain/access/secret-hash.ts'
import { YEAR_MS } from '../../src/domain/day.ts'
import { LOGIN_RULE, parseLogin } from '../../src/domain/people/user.ts'
import { findUserByLogin, hasUsers } from '../../src/storage/people/users.ts'
import type { Db } from '../../src/storage/stores.ts'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { ScriptError, tellFailure } from '../check/script-error.ts'
import { missingResources } from '../deploy/cloudflare-resources.ts'
import { deploymentOf, readSecrets } from '../deploy/deployment.ts'
import { openWranglerDb } from '../deploy/wrangler-database.ts'
import { openLocalDatabase } from './local-database.ts'
import { dropUnfinishedDemo, ensureDevVars, findRunningServer, openLocalState } from './local-state.ts'

const USAGE = 'npm run create-user -- <login> [--owner] [--remote [--env staging]]'

type Wish = { readonly login: string; readonly isOwner: boolean; readonly isRemote: boolean }

try {
  const wish = parseWish()
  if (wish.isRemote) await createRemotely(wish)
  else await createLocally(wish)
} catch (error) {
  tellFailure(error)
}

function parseWish(): Wish {
  const options = {
    owner: { type: 'boolean', default: false },
    remote: { type: 'boolean', default: false },
    env: { type: 'string' },
  } as const
  const { values, positionals } = parseInvocation(USAGE, options, [1, 1])
  const [text = ''] = positionals
  const login = parseLogin(text) ?? refuseInvocation(USAGE, `The login ${LOGIN_RULE}, and "${text}" is not.`)
  return { login, isOwner: values.owner, isRemote: values.remote }
}

async function createLocally(wish: Wish): Promise<void> {
  const state = openLocalState()
  const running = await findRunningServer(state)
  // Two processes must not open one local database file.
  if (running)
    throw new ScriptError(`npm start is running on this data (process ${running.pid}): stop it, then try again.`)
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
  if (missing) throw new ScriptError(missing)
  const PEPPERS = process.env.PEPPERS ?? keptSecret('PEPPERS')
  if (!PEPPERS) {
    throw new ScriptError(`PEPPERS is not set. The token is hashed here, with the pepper of the deployed Worker, and Cloudflare never gives a
secret back: use the value that you kept when it was made.
  read -rs PEPPERS && export PEPPERS
  ${USAGE}`)
  }
  const peppers = await importPeppers(PEPPERS).catch((error: Error) => {
    throw new ScriptError(error.message)
  })
  await create(openWranglerDb(['--remote']), peppers, wish)
}

/** As `npm run deploy` keeps it on the machine that made it. */
function keptSecret(name: string): string | null {
  const deployment = deploymentOf()
  return (deployment && readSecrets(deployment)[name]) ?? null
}

async function create(db: Db, peppers: Peppers, { login, isOwner }: Wish): Promise<void> {
  const isFirst = !(await hasUsers(db))
  const instanceRole = isFirst || isOwner ? 'owner' : 'user'
  const now = Date.now()
  const input = { login, instanceRole, tokenLabel: 'First token', tokenExpiresAt: now + YEAR_MS } as const
  const made = (await findUserByLogin(db, login)) ? 'login_taken' : await createUser(db, peppers, now, input)
  if (made === 'login_taken') throw new ScriptError(`The login "${login}" is taken.`)
  const role = instanceRole === 'user' ? 'a user' : isFirst ? 'an owner, being the first user here' : 'an owner'
  const until = new Date(input.tokenExpiresAt).toISOString().slice(0, 10)
  // The token alone is on stdout, so that a script can take it.
  console.error(`Made ${login}, ${role}. The personal token, which expires on ${until} and is not shown again:`)
  console.log(made.secret)
}
