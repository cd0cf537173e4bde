import type { Context } from 'hono'
import * as v from 'valibot'
import { deferOrDo } from '../../../actions/do-deferred.ts'
import { parseSecret, parseShareSecret } from '../../../domain/access/secret.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { importGithubKey, isSignedByGithub } from '../../../domain/reporting/github-signature.ts'
import { findKeys } from '../../../outside/key-sets.ts'
import { endLeakedShares } from '../../../storage/shares/shares.ts'
import { endLeakedToken, findLeaked } from '../../../storage/tokens/token-ends.ts'
import { jsonSaid } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { isWithinLimit } from '../../frame/request/client-limits.ts'
import { jsonOf, MAX_JSON_BYTES, parseInput, readText } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'

const MAX_SECRETS = 100
const MAX_SECRET_LENGTH = 500
const COUNT_RULE = `must hold 1 to ${MAX_SECRETS} secrets`
const secretText = () =>
  v.pipe(
    v.string('must be a string'),
    v.maxLength(MAX_SECRET_LENGTH, `must be at most ${MAX_SECRET_LENGTH} characters long`),
  )
const bounded = <T>(list: v.GenericSchema<unknown, T[]>) =>
  v.pipe(list, v.minLength(1, COUNT_RULE), v.maxLength(MAX_SECRETS, COUNT_RULE))

export const leakInput = lazily(() => v.strictObject({ secrets: bounded(v.array(secretText(), 'must be a list')) }))
// GitHub may add fields to its alerts.
const githubInput = lazily(() => bounded(v.array(v.looseObject({ token: secretText() }), 'must be a list')))

/** What a report asks of D1 for each token that it finds, and besides: test/http/frame/free-plan.test.ts counts. */
const [QUERIES_A_TOKEN, QUERIES_AROUND] = [22, 10]

/**
 * Found secrets end here. Anybody may report, GitHub's secret scanning too; the answer is the same whatever was found,
 * so that it tells nobody which secrets live.
 */
export function mountLeaks(app: App): void {
  route(app, 'POST /api/buildpass/v1/leaks', async (c, { actor }) => {
    if (!(await isWithinLimit(c, 'leakReports'))) throw new AppError('too_many_requests')
    const { stores } = c.env
    const texts = [...new Set(await foundSecrets(c))]
    await endLeakedShares(
      stores,
      texts.flatMap((text) => parseShareSecret(text) ?? []),
      actor,
    )
    const ids = await findLeaked(
      stores,
      texts.flatMap((text) => parseSecret(text) ?? []),
    )
    const atOnce = Math.floor((stores.maxQueries - QUERIES_AROUND) / QUERIES_A_TOKEN)
    // Each in a transaction of its own: what ends one may end others of them.
    for (const id of ids.slice(0, atOnce)) await endLeakedToken(stores, id, actor)
    await deferOrDo(
      stores,
      ids.slice(atOnce).map((tokenId) => ({ kind: 'leak', tokenId, actor })),
    )
    return jsonSaid(c, 'Thank you. What was found among these is being ended.')
  })
}

async function foundSecrets(c: Context<AppEnv>): Promise<readonly string[]> {
  const text = await readText(c.req.raw, MAX_JSON_BYTES)
  const keyId = c.req.header('Github-Public-Key-Identifier')
  if (keyId === undefined) return parseInput(leakInput(), jsonOf(text)).secrets
  const signature = c.req.header('Github-Public-Key-Signature') ?? ''
  const key = await githubKey(c, keyId)
  if (!key || !(await isSignedByGithub(key, signature, text)))
    throw new AppError('invalid_signature', 'Github-Public-Key-Signature: does not fit the body')
  return parseInput(githubInput(), jsonOf(text)).map(({ token }) => token)
}

/** The key by which GitHub says that it signed; null where it has none of that id. */
async function githubKey({ env }: Context<AppEnv>, keyId: string): Promise<CryptoKey | null> {
  try {
    const keys = await findKeys(env.outside, { url: env.settings.githubKeysUrl, form: 'github' }, keyId)
    const known = keys.find(({ kid }) => kid === keyId)
    return known ? await importGithubKey(String(known.pem)) : null
  } catch (cause) {
    env.stores.warn('github_keys_unreachable', cause)
    throw new AppError('unavailable', 'The signing keys could not be read: send it again.', { cause })
  }
}
