import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cli, openCli } from './cli.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { openSharedServer, type SharedServer } from './local-server.ts'

/** The command against a server, through a proxy that can break what passes. */
export type Transfers = {
  readonly server: SharedServer
  readonly proxy: FaultProxy
  readonly cli: Cli
  /** A new folder with these files. */
  readonly folderWith: (files: Record<string, string | Buffer>) => string
  /** As if nothing had been asked, nor broken. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

export async function openTransfers(branch: string): Promise<Transfers> {
  const server = await openSharedServer('write')
  const proxy = await startFaultProxy(server.origin)
  const cli = openCli({
    BUILDPASS_URL: proxy.origin,
    BUILDPASS_TOKEN: server.demo.tokens.personal,
    BUILDPASS_PROJECT: 'gh/acme/web',
    BUILDPASS_BRANCH: branch,
    BUILDPASS_REVISION: 'e'.repeat(40),
  })
  let folders = 0
  return {
    server,
    proxy,
    cli,
    folderWith(files) {
      folders += 1
      const folder = join(cli.folder, `files-${folders}`)
      mkdirSync(folder)
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(join(folder, path, '..'), { recursive: true })
        writeFileSync(join(folder, path), bytes)
      }
      return folder
    },
    reset() {
      proxy.fault = () => null
      proxy.seen.length = 0
    },
    close: proxy.close,
  }
}
