import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readPrivateJson, userFolder, writePrivateJson } from './private-file.ts'

/** What `buildpass login` keeps. */
export type Logins = {
  /** The server meant where none is named. */
  readonly current: string | null
  readonly tokens: Readonly<Record<string, string>>
}

/** Throws, with what to do, where this user has no folder for it. */
export function loginFile(): string {
  return join(userFolder('config'), 'login.json')
}

export function readLogins(): Logins {
  const { current, tokens } = (readPrivateJson(loginFile) ?? {}) as { current?: unknown; tokens?: unknown }
  const entries = typeof tokens === 'object' && tokens !== null ? Object.entries(tokens) : []
  return {
    current: typeof current === 'string' ? current : null,
    tokens: Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  }
}

export function keepLogin(origin: string, token: string): void {
  writePrivateJson(loginFile(), { current: origin, tokens: { ...readLogins().tokens, [origin]: token } })
}

/** Forgets the token of that server; whether there was one. */
export function dropLogin(origin: string): boolean {
  const { current, tokens } = readLogins()
  const { [origin]: dropped, ...others } = tokens
  if (dropped === undefined) return false
  if (Object.keys(others).length === 0) rmSync(loginFile(), { force: true })
  else writePrivateJson(loginFile(), { current: current === origin ? null : current, tokens: others })
  return true
}
