// The command and the GitHub Action as one file each. They are committed, so that neither needs an install.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { REPOSITORY } from '../start/local-state.ts'

const ENTRIES = { 'bin/buildpass.mjs': 'cli/main.ts', 'bin/github-action.mjs': 'cli/ci/github-action.ts' } as const

/** The bundles by their paths in the repository. */
export async function bundleCli(): Promise<ReadonlyMap<string, string>> {
  const { version } = readJson('package.json')
  const bundles = new Map<string, string>()
  for (const [outFile, entry] of Object.entries(ENTRIES)) {
    const { outputFiles, metafile } = await build({
      absWorkingDir: REPOSITORY,
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      charset: 'utf8',
      legalComments: 'none',
      // Two ways to ask for it would have it in the bundle twice.
      alias: { 'buffer-crc32': join(REPOSITORY, 'node_modules/buffer-crc32/dist/index.cjs') },
      define: { BUILDPASS_VERSION: JSON.stringify(version) },
      // What some packages still `require` at run time.
      banner: {
        js: `#!/usr/bin/env node\n// Made by "npm run build:cli" from cli/: edit that.\nimport { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)`,
      },
      metafile: true,
      write: false,
      logLevel: 'error',
    })
    bundles.set(outFile, `${outputFiles[0]?.text}${licencesOf(metafile)}`)
  }
  return bundles
}

/** The licences of the packages in the bundle, which ask to go along. */
function licencesOf(metafile: Metafile): string {
  const packages = new Set<string>()
  for (const input of Object.keys(metafile.inputs)) {
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    if (name) packages.add(name)
  }
  const texts = [...packages].sort().map((name) => {
    const { version } = readJson(`node_modules/${name}/package.json`)
    return `${name} ${version}\n${licenceText(name).trim()}`
  })
  return texts.length === 0 ? '' : `/*\nThis file contains:\n\n${texts.join('\n\n').replaceAll('*/', '* /')}\n*/\n`
}

function licenceText(name: string): string {
  const folder = join(REPOSITORY, 'node_modules', name)
  const files = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt', 'LICENSE-MIT.txt'].map((file) => join(folder, file))
  // Of a package that comes without it, we keep its repository's.
  for (const file of [...files, join(REPOSITORY, 'scripts/check/licences', `${name}.txt`)]) {
    try {
      return readFileSync(file, 'utf8')
    } catch {} // The next name, then.
  }
  throw new Error(`${name} has no licence file`)
}

function readJson(file: string): { version: string } {
  return JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8'))
}
