// npm run timing [-- --rounds N]: whether the time of a refusal tells if a private project exists, against `npm start`.
import { mintSecret } from '../../src/domain/access/secret.ts'
import { parseInvocation } from '../check/invocation.ts'
import { startServer } from '../start/throwaway-server.ts'
import { comparedText, compareTimes, type Times } from './compared-times.ts'

const { values } = parseInvocation('npm run timing [-- --rounds N]', { rounds: { type: 'string', default: '1000' } })
const rounds = Number(values.rounds)
const HIDDEN = '/api/v1.1/project/gh/acme/web'
const ABSENT = '/api/v1.1/project/gh/acme/never'

const { demo, stop } = await startServer()
try {
  const { otherProjectAll } = demo.tokens
  const cases: Record<string, () => [path: string, token: string | null]> = {
    'another project’s token, project hidden': () => [HIDDEN, otherProjectAll],
    'another project’s token, project absent': () => [ABSENT, otherProjectAll],
    'no token, project hidden': () => [HIDDEN, null],
    'no token, project absent': () => [ABSENT, null],
  }
  // Each unknown token is charged to the client, so these are fewer than the limit.
  const unknown: Record<string, () => [path: string, token: string | null]> = {
    'unknown token, project hidden': () => [HIDDEN, mintSecret('project')],
    'unknown token, project absent': () => [ABSENT, mintSecret('project')],
  }
  console.log(`Milliseconds; ${rounds} rounds, in turn. A difference within the noise is what should be seen.`)
  for (const [table, count] of [
    [cases, rounds],
    [unknown, Math.min(rounds, 120)],
  ] as const) {
    const times = await compareTimes(table, count, async (path, token) => {
      const response = await fetch(demo.origin + path, { headers: token === null ? {} : { 'Circle-Token': token } })
      await response.arrayBuffer()
    })
    print(times)
  }
} finally {
  await stop()
}

function print(times: Times): void {
  for (const line of comparedText(times)) console.log(line)
}
