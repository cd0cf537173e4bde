import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readTool } from '../../scripts/check/tool.ts'
import { configFor, deploymentOf, writeConfig } from '../../scripts/deploy/deployment.ts'
import { buildWorker } from '../../scripts/deploy/worker-bundle.ts'
import { readWranglerToml } from '../../scripts/deploy/wrangler.ts'
import { packagesIn } from '../../scripts/measure/bundle-packages.ts'

it('npx wrangler deploy and npm run deploy upload the same Worker, which is the one that is measured, of the packages that we mean to use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-size-test-'))
  const deployment = deploymentOf('same-worker')
  if (!deployment) throw new Error('that is a name')
  try {
    writeConfig(deployment, configFor(readWranglerToml(), deployment, { databaseId: 'd', namespaceId: 'n' }, {}))
    const upload = async (name: string, ...config: string[]) => {
      const outdir = join(folder, name)
      const { exitCode, stdout } = await readTool('wrangler', ['deploy', '--dry-run', '--outdir', outdir, ...config])
      expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('WARNING')])
      return readFileSync(join(outdir, 'index.js'), 'utf8')
    }
    const plain = await upload('plain')
    const metafile = await buildWorker(join(folder, 'measured/worker.js'))
    expect((await upload('deployed', '--config', deployment.configFile)) === plain).toBe(true)
    expect(readFileSync(join(folder, 'measured/worker.js'), 'utf8') === plain).toBe(true)
    expect(packagesIn(metafile).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['our own code', 'drizzle-orm', 'hono', 'valibot', 'jose', 'saxes', 'aws4fetch']),
    )
  } finally {
    rmSync(folder, { recursive: true })
    rmSync(join(deployment.configFile, '..'), { recursive: true, force: true })
  }
})
