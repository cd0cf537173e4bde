import type { Command } from 'commander'
import { askJson } from '../server/http.ts'
import { dropLogin, keepLogin, loginFile, readLogins } from '../server/login-file.ts'
import { originOf } from '../server/open-server.ts'
import { readSecretFromStdin } from '../server/read-secret.ts'
import { answerOf } from '../terminal/answer.ts'
import { CliError } from '../terminal/exit.ts'
import { abortOnSignals } from '../terminal/interrupt.ts'
import { openOutput, reportFailure } from '../terminal/output.ts'
import { VERSION } from '../version.ts'

type LoginOptions = { url?: string; json?: boolean }

const TOKEN = { kind: 'text', label: 'text', expires_at: 'text or null' } as const

export function addLogin(program: Command): void {
  program
    .command('login')
    .description('keep a token on this machine, in a file that only you can read')
    .option('--url <url>', 'the server; else BUILDPASS_URL')
    .option('--json', 'print the result as one JSON document')
    .action((options: LoginOptions) =>
      settled(options, async () => {
        const output = openOutput(options)
        // Before a token is asked for that could not be kept.
        const file = loginFile()
        const origin = originOf(options.url || process.env.BUILDPASS_URL || readLogins().current)
        const token = await readSecretFromStdin(`Token for ${origin} (not shown): `)
        const server = {
          origin,
          slug: null,
          credential: { source: 'what was typed', hint: null, token: async () => token, renew: async () => false },
          userAgent: `buildpass-cli/${VERSION}`,
          retryMs: 20_000,
          signal: abortOnSignals(),
          warn: output.warn,
        }
        const answer = await askJson(server, { method: 'GET', path: '/api/buildpass/v1/token' })
        const { kind, label, expires_at } = answerOf(answer, TOKEN, 'a token')
        keepLogin(origin, token)
        output.result(
          `logged in to ${origin} with the ${kind} token "${label}"${expires_at ? `, which expires on ${expires_at.slice(0, 10)}` : ''}`,
          { origin, kind, label, expires_at, file },
        )
      }),
    )

  program
    .command('logout')
    .description('forget the token of a server; it stays valid: delete it with "buildpass token delete"')
    .option('--url <url>', 'the server; else BUILDPASS_URL, else that of the last login')
    .option('--json', 'print the result as one JSON document')
    .action((options: LoginOptions) =>
      settled(options, async () => {
        loginFile()
        const origin = originOf(options.url || process.env.BUILDPASS_URL || readLogins().current)
        if (!dropLogin(origin)) throw new CliError('not_found', `There is no login for ${origin}.`)
        openOutput(options).result(`logged out of ${origin}`, { origin })
      }),
    )
}

async function settled({ json = false }: LoginOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    process.exitCode = reportFailure(error, json)
  }
}
