import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseSecret } from '../../src/domain/access/secret.ts'
import { usageError } from '../terminal/exit.ts'
import { say } from '../terminal/say.ts'

/** A secret typed at the terminal, unseen, or piped in. */
export async function readSecretFromStdin(prompt: string): Promise<string> {
  const text = (process.stdin.isTTY ? await typed(prompt) : await piped()).trim()
  if (!parseSecret(text)) throw usageError('That is not a Buildpass token: it looks like bpu_… and has 46 characters.')
  return text
}

async function piped(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return text
}

function typed(prompt: string): Promise<string> {
  say('stderr', prompt)
  // Readline echoes to its output, which goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  return new Promise((resolve, reject) => {
    const settle = (use: () => void) => {
      say('stderr', '\n')
      use()
      lines.close()
    }
    lines.once('line', (line) => settle(() => resolve(line)))
    lines.once('SIGINT', () => settle(() => reject(usageError('Nothing was typed.'))))
  })
}
