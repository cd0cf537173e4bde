import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const REPOSITORY = resolve(import.meta.dirname, '../../..')
const DEBIAN = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage']

type Found = { readonly executablePath: string; readonly env: NodeJS.ProcessEnv }

/** A Chromium that runs here: the one that comes with the npm packages, else Debian's. Null, and why, without any. */
export async function launchChromium(): Promise<Browser | null> {
  const reasons: string[] = []
  for (const [name, find] of Object.entries({ 'the npm package': packaged, 'Debian’s': debian })) {
    try {
      const found = await find()
      if (found) return await chromium.launch({ ...found, args: ARGS, headless: true })
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message.split('\n', 3).join(' ') : error}`)
    }
  }
  // Past vitest, which shows what the console said only where a test fails.
  process.stderr.write(`\n${'!'.repeat(78)}
No Chromium runs on this machine, so the pages are NOT tested in a browser.
  apt-get install -y chromium
${reasons.join('\n')}
${'!'.repeat(78)}\n\n`)
  if (process.env.CI === 'true') throw new Error('CI must test the pages in a browser')
  return null
}

async function debian(): Promise<Found | null> {
  return existsSync(DEBIAN) ? { executablePath: DEBIAN, env: process.env } : null
}

// With this the package also unpacks, and points to, the libraries and fonts that a bare machine lacks.
const AS_IF_BARE = { AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' }

/** Unpacked once, beside the packages and not into a folder that everybody on the machine writes to. */
async function packaged(): Promise<Found> {
  const folder = join(REPOSITORY, 'node_modules/.cache/chromium')
  mkdirSync(folder, { recursive: true })
  const before = { ...process.env }
  Object.assign(process.env, AS_IF_BARE, { TMPDIR: folder })
  try {
    const { default: sparticuz } = await import('@sparticuz/chromium')
    const executablePath = await sparticuz.executablePath()
    const { LD_LIBRARY_PATH } = process.env
    // Fonts of the machine, where it has some, look more like what people see.
    const FONTCONFIG_PATH = existsSync('/etc/fonts/fonts.conf') ? '/etc/fonts' : process.env.FONTCONFIG_PATH
    return { executablePath, env: { ...before, LD_LIBRARY_PATH, FONTCONFIG_PATH } }
  } finally {
    // What else this process starts must not see any of it.
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
