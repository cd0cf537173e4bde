// npm run peppers -- [--add | --drop p1] [--remote [--env staging]]: the keys that token hashes are made with.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { openDb } from '../../src/storage/stores.ts'
import { parseInvocation } from '../check/invocation.ts'
import { tellFailure } from '../check/script-error.ts'
import { runTool } from '../check/tool.ts'
import { InstanceError, openInstance } from '../start/instance.ts'
import { openLocalState, writePrivately } from '../start/local-state.ts'
import { missingResources, remoteConfigFile } from './cloudflare-resources.ts'
import { deploymentOf, readSecrets } from './deployment.ts'
import { type PepperList, parsePepperList, pepperText, withNewPepper, withoutPepper } from './pepper-list.ts'

/** Where an instance's peppers are kept, and how they are put there. */
type Keeper = { readonly read: () => string | null; readonly write: (text: string) => Promise<void> }

try {
  const { values } = parseInvocation('npm run peppers -- [--add | --drop p1] [--remote [--env staging]]', {
    add: { type: 'boolean' },
    drop: { type: 'string' },
    remote: { type: 'boolean', default: false },
    env: { type: 'string' },
  })
  const keeper = values.remote ? remoteKeeper() : localKeeper()
  const text = keeper.read()
  if (!text)
    throw new InstanceError(
      'The present peppers are not known here. Cloudflare never gives them back: put the value that you kept into PEPPERS.',
    )
  const peppers = parsePepperList(text)
  const counts = await countTokens(values.remote)
  if (values.add) await change(keeper, withNewPepper(peppers), counts)
  else if (values.drop) await change(keeper, requireUnused(peppers, values.drop, counts), counts)
  else show(peppers, counts)
} catch (error) {
  tellFailure(error)
}

/** How many tokens and open share links each pepper hashed. */
async function countTokens(isRemote: boolean): Promise<ReadonlyMap<string, number>> {
  const { d1, close } = await openInstance(isRemote)
  try {
    const rows = await openDb(d1).all<{ pepper: string; tokens: number }>(
      sql`select substr(hash, 1, instr(hash, ':') - 1) as pepper, count(*) as tokens
        from (select hash from tokens union all select hash from shares where expires_at > unixepoch() * 1000) group by 1`,
    )
    return new Map(rows.map(({ pepper, tokens }) => [pepper, tokens]))
  } finally {
    await close()
  }
}

/** Without its pepper a token is as good as deleted. */
function requireUnused(peppers: PepperList, id: string, counts: ReadonlyMap<string, number>): PepperList {
  const rest = withoutPepper(peppers, id)
  if (!rest) throw new InstanceError(`"${id}" is the current pepper, or none of them.`)
  const tokens = counts.get(id) ?? 0
  if (tokens > 0)
    throw new InstanceError(
      `${tokens} tokens are hashed with "${id}" and would end: rotate or delete them first, share links too.`,
    )
  return rest
}

async function change(keeper: Keeper, peppers: PepperList, counts: ReadonlyMap<string, number>): Promise<void> {
  const text = pepperText(peppers)
  await importPeppers(text)
  await keeper.write(text)
  show(peppers, counts)
}

/** Ids and how many tokens rest on each; never a key. */
function show(peppers: PepperList, counts: ReadonlyMap<string, number>): void {
  console.table(
    peppers.map(({ id }, i) => ({
      pepper: id,
      'hashes new tokens': i === 0 ? 'yes' : '',
      tokens: counts.get(id) ?? 0,
    })),
  )
}

function localKeeper(): Keeper {
  const { devVarsFile } = openLocalState()
  const line = /^PEPPERS="?([^"\n]*)"?$/m
  const text = () => (existsSync(devVarsFile) ? readFileSync(devVarsFile, 'utf8') : '')
  return {
    read: () => line.exec(text())?.[1] ?? null,
    write: async (peppers) => writePrivately(devVarsFile, text().replace(line, `PEPPERS="${peppers}"`)),
  }
}

function remoteKeeper(): Keeper {
  const missing = missingResources()
  const deployment = deploymentOf()
  if (missing || !deployment) throw new InstanceError(missing ?? 'BUILDPASS_ENV is no name of an environment.')
  const { secretsFile } = deployment
  const kept = readSecrets(deployment)
  return {
    read: () => process.env.PEPPERS ?? kept.PEPPERS ?? null,
    async write(peppers) {
      // Kept first: a pepper that is on Cloudflare alone could never be rolled.
      writePrivately(secretsFile, `${JSON.stringify({ ...kept, PEPPERS: peppers }, null, 2)}\n`)
      const single = secretsFile.replace(/\.json$/, '.peppers.json')
      writePrivately(single, JSON.stringify({ PEPPERS: peppers }))
      const exitCode = await runTool('wrangler', ['secret', 'bulk', single, '--config', remoteConfigFile() ?? ''])
      rmSync(single)
      if (exitCode !== 0) throw new InstanceError('wrangler did not take the new value.')
    },
  }
}
