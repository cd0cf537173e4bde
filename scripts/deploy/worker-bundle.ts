import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { readTool } from '../check/tool.ts'
import { WRANGLER_CONFIG } from '../start/local-state.ts'

/**
 * Makes one file, and its source map, of a Worker as `wrangler deploy` does: by the same command, which then uploads
 * nothing. Gives what esbuild tells of it.
 */
export async function buildWorker(
  file: string,
  { entry = 'src/index.ts', minify = true }: { entry?: string; minify?: boolean } = {},
): Promise<Metafile> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-worker-'))
  try {
    const options = ['--dry-run', '--outdir', folder, '--metafile', '--config', WRANGLER_CONFIG, `--minify=${minify}`]
    const { exitCode, stdout, stderr } = await readTool('wrangler', ['deploy', entry, ...options])
    if (exitCode !== 0) throw new Error(`The Worker could not be built:\n${stdout}${stderr}`)
    const built = `${basename(entry, '.ts')}.js`
    mkdirSync(dirname(file), { recursive: true })
    copyFileSync(join(folder, built), file)
    copyFileSync(join(folder, `${built}.map`), join(dirname(file), `${built}.map`))
    return JSON.parse(readFileSync(join(folder, 'bundle-meta.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
