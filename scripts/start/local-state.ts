import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { withPath } from '../../cli/terminal/system-error.ts'
import { SECRETS } from '../deploy/secrets.ts'

export const REPOSITORY = resolve(import.meta.dirname, '../..')
export const WRANGLER_CONFIG = join(REPOSITORY, 'wrangler.toml')

/** Where one local instance keeps everything. */
export type LocalState = {
  /** The embedded D1, KV, R2 and cache. */
  readonly dataFolder: string
  /** The secrets of the local Worker. */
  readonly devVarsFile: string
  readonly localFolder: string
  readonly demoFile: string
  /** There while the demo is being made. */
  readonly unfinishedFile: string
  /** There while a server runs. */
  readonly serverFile: string
  readonly registryFolder: string
}

/** The folder named by BUILDPASS_STATE, else the repository: where wrangler itself looks. */
export function openLocalState(): LocalState {
  const folder = resolve(process.env.BUILDPASS_STATE || REPOSITORY)
  const localFolder = join(folder, '.local')
  makeFolder(localFolder)
  return {
    dataFolder: join(folder, '.wrangler/state'),
    devVarsFile: join(folder, '.dev.vars'),
    localFolder,
    demoFile: join(localFolder, 'demo.json'),
    unfinishedFile: join(localFolder, 'demo.unfinished'),
    serverFile: join(localFolder, 'server.json'),
    registryFolder: join(localFolder, 'registry'),
  }
}

/** Deletes the data; the secrets stay. */
export function emptyLocalState(state: LocalState): void {
  rmSync(state.dataFolder, { recursive: true, force: true })
  rmSync(state.localFolder, { recursive: true, force: true })
  makeFolder(state.localFolder)
}

/** A demo that was not finished is deleted: nobody has data in it. */
export function dropUnfinishedDemo(state: LocalState): void {
  if (existsSync(state.unfinishedFile)) emptyLocalState(state)
}

/** Adds the secrets that `.dev.vars` lacks, and keeps those that it has. */
export function ensureDevVars(state: LocalState): void {
  const present = existsSync(state.devVarsFile) ? readFileSync(state.devVarsFile, 'utf8') : ''
  const missing = Object.entries(SECRETS).filter(
    ([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, 'm').test(present),
  )
  if (missing.length > 0) {
    const lines = missing.map(([name, make]) => `${name}="${make()}"\n`).join('')
    writePrivately(state.devVarsFile, present + (present === '' || present.endsWith('\n') ? '' : '\n') + lines)
  }
  chmodSync(state.devVarsFile, 0o600)
}

/** Writes a file that only its owner can read. */
export function writePrivately(file: string, text: string): void {
  withPath(file, () => writeFileSync(file, text, { mode: 0o600 }))
  chmodSync(file, 0o600)
}

/** `origin` is null while the server is starting; `controlKey` opens what its scripts may ask of it. */
export type RunningServer = { readonly pid: number; readonly origin: string | null; readonly controlKey: string | null }

/** The server that runs on this state, or null; what a killed one left behind is ignored. */
export async function findRunningServer(state: LocalState): Promise<RunningServer | null> {
  const server = readServerFile(state)
  if (!server || !isAlive(server.pid)) return null
  // The process of that number may be another one by now, after a power cut: then nothing answers at the address.
  return server.origin === null || (await answers(server.origin)) ? server : null
}

export function writeServerFile(state: LocalState, origin: string | null, controlKey: string | null): void {
  writePrivately(state.serverFile, `${JSON.stringify({ pid: process.pid, origin, controlKey })}\n`)
}

function readServerFile(state: LocalState): RunningServer | null {
  try {
    const { pid, origin, controlKey } = JSON.parse(readFileSync(state.serverFile, 'utf8'))
    if (!Number.isSafeInteger(pid) || pid <= 0) return null
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    return { pid, origin: text(origin), controlKey: text(controlKey) }
  } catch {
    return null // No file, or a half-written one: nobody runs.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function answers(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80, timeout: 1_000 })
    const settle = (found: boolean) => {
      socket.destroy()
      resolve(found)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}
