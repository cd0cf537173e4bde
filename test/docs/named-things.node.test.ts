import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ACCESS, PAGES, pathsOf, type RouteName } from '../../src/http/frame/access.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8')
/** What a clone has, with what is new and not committed yet. */
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(REPOSITORY, file)))
const PAGES_OF_TEXT = FILES.filter((file) => file.endsWith('.md'))
const SOURCES = FILES.filter((file) => /^(src|cli|scripts|bench)\/.*\.(ts|tsx)$/.test(file))
const CODE = FILES.filter((file) => /\.(ts|tsx|toml|sql|yml|json)$/.test(file) && !file.startsWith('test/docs/'))

/** What stands in backticks, and in fenced blocks line by line. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n'))
  const spans = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks, ...spans]
}

const everywhere = PAGES_OF_TEXT.flatMap((page) => codeIn(read(page)).map((code) => ({ page, code })))
const says = (named: { page: string; code: string }[]) => named.map(({ page, code }) => `${page}: ${code}`)

describe('the documentation', () => {
  it('says of each table of the database what a row of it is', () => {
    const schemas = FILES.filter((file) => /^src\/storage\/schema\/.*\.ts$/.test(file))
    const tables = schemas.flatMap((file) =>
      [...read(file).matchAll(/sqliteTable\(\s*'(\w+)'/g)].map(([, name]) => name),
    )
    expect(tables.length).toBeGreaterThan(20)
    const rows = read('docs/storage.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|')[1] ?? '')
    expect(tables.filter((table) => !rows.some((row) => row.includes(`\`${table}\``)))).toEqual([])
  })

  it.each(PAGES_OF_TEXT)('%s has no link that leads nowhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const dead = links.filter((link) => {
      if (/^https?:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(REPOSITORY, file))) return true
      return anchor !== undefined && !anchorsOf(read(file)).has(anchor)
    })
    expect(dead).toEqual([])
  })

  it('names only files that exist', () => {
    const named = everywhere.flatMap(({ page, code }) => pathsIn(code).map((path) => ({ page, code: path })))
    expect(named.length).toBeGreaterThan(150)
    expect(says(named.filter(({ code }) => !isThere(code)))).toEqual([])
  })

  it('names only scripts that npm runs, with options that they read', () => {
    const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts
    const named = everywhere.flatMap(({ page, code }) =>
      [...code.matchAll(/npm (?:run )?(?:-s )?([a-z][a-z:-]*)((?: [^#;&|]*)?)/g)].map(
        ([whole, name = '', rest = '']) => ({
          page,
          code: whole,
          name,
          options: [...rest.matchAll(/ (--[a-z][a-z-]+)/g)].map(([, option = '']) => option.slice(2)),
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(60)
    const sources = FILES.filter((file) => /^(scripts|bench)\//.test(file))
      .map(read)
      .join('\n')
    const wrong = named.filter(
      ({ name, options }) =>
        !(name in scripts || ['ci', 'install', 'run'].includes(name)) ||
        options.some((option) => !sources.includes(`${option}:`) && !sources.includes(`'${option}'`)),
    )
    expect(says(wrong)).toEqual([])
  })

  it('names only verbs and options that the command has', () => {
    const help = read('docs/cli.md')
    const named = everywhere.flatMap(({ page, code }) =>
      [...code.matchAll(/(?:^|[\s/])buildpass(?:\.mjs)? ([a-z]+)(?: ([a-z]+))?([^|;]*)/g)].map(
        ([whole, verb = '', second = '', rest = '']) => ({
          page,
          code: whole,
          verb: [verb, `${verb} ${second}`],
          options: [...(rest.split(' -- ')[0] ?? '').matchAll(/ (--[a-z][a-z-]+)/g)].map(([, option = '']) => option),
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(40)
    const verbs = new Set([...help.matchAll(/<!-- help: ([a-z ]+) -->/g)].map(([, verb = '']) => verb))
    const wrong = named.filter(
      ({ verb, options }) =>
        !verb.some((one) => verbs.has(one) || one === 'help') ||
        options.some((option) => !help.includes(`  ${option} `)),
    )
    expect(says(wrong)).toEqual([])
  })

  it('names only variables, secrets and constants that the code knows', () => {
    const known = new Set(CODE.flatMap((file) => read(file).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []))
    const theirs = new Set([
      // Of wrangler, GitHub, npm and CircleCI's command themselves, or of the shell of an example.
      'CIRCLE_HOST',
      'CLOUDFLARE_API_TOKEN',
      'CLOUDFLARE_ACCOUNT_ID',
      'XDG_STATE_HOME',
      'ID_TOKEN',
    ])
    const named = everywhere.flatMap(({ page, code }) =>
      (code.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []).map((name) => ({ page, code: name })),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(says(named.filter(({ code }) => !known.has(code) && !theirs.has(code)))).toEqual([])
  })

  it('names only routes and pages that exist', () => {
    const named = PAGES_OF_TEXT.flatMap((page) => addressesIn(read(page)).map((code) => ({ page, code })))
    expect(named.length).toBeGreaterThan(80)
    expect(says(named.filter(({ code }) => !isAnswered(code)))).toEqual([])
  })
})

it('comments in the code name only files that exist', () => {
  const named = SOURCES.flatMap((page) =>
    [...read(page).matchAll(/^\s*(?:\/\/|\*|\/\*\*)(.*)$/gm)].flatMap(([, comment = '']) =>
      pathsIn(comment).map((code) => ({ page, code })),
    ),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(says(named.filter(({ code }) => !isThere(code)))).toEqual([])
})

it('every change is a bullet of one line', () => {
  const bullets = read('CHANGELOG.md')
    .split('\n')
    .filter((line) => line !== '' && !/^(#|All notable|The details)/.test(line))
  expect(bullets.filter((line) => !line.startsWith('- ') || line.length > 140)).toEqual([])
})

/** As GitHub makes anchors of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

const FOLDERS = 'src|test|scripts|cli|docs|bench|migrations|bin|public'
/** Paths of this repository, with `*`, `**` and `<any>` in them, and names of source files. */
const pathsIn = (code: string) =>
  [
    ...code.matchAll(
      new RegExp(`(?<![\\w/.$-])(?:(?:${FOLDERS})/[\\w./*<>-]*[\\w*>]|[\\w-]+(?:/[\\w-]+)*\\.tsx?\\b)`, 'g'),
    ),
  ].map(([path]) => path)

function isThere(path: string): boolean {
  // Made by a build, or the x of an instruction.
  if (/^public\/assets\//.test(path) || /(^|\/)x(-page)?[.-]/.test(path)) return true
  const pattern = path
    .split(/(\*\*\/|\*|<[a-z]+>)/)
    .map((part) => (part === '**/' ? '(.*/)?' : part === '*' || part.startsWith('<') ? '[^/]*' : escaped(part)))
    .join('')
  const found = new RegExp(`(^|/)${pattern}(/|$|_)`)
  return FILES.some((file) => found.test(file))
}

/** For a regular expression that means the text itself. */
function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

/** Addresses of our own server: whole, or begun (`/api/v2/…`) or ended (`…/uploads/:id`) only. */
function addressesIn(text: string): string[] {
  const own =
    /(?:\$HOST|\$ORIGIN|\$BUILDPASS_URL|https:\/\/builds\.example\.com|http:\/\/127\.0\.0\.1:8787)(\/[^\s"'`|)<;]*)/g
  const spans = codeIn(text).flatMap((code) => {
    const [, path] = /^(?:(?:GET|POST|PUT|PATCH|DELETE) )?((?:…)?\/(?:\S+))$/.exec(code) ?? []
    return path === undefined ? [] : [path]
  })
  return [...[...text.matchAll(own)].map(([, path = '']) => path), ...spans].filter(
    // Files of the machine in examples, and folders.
    (path) => !/^\/(tmp|safe|etc|proc|sys|assets|usr|dev|webhooks\.|…)/.test(path),
  )
}

/** Each part of a route's path: a word, or what a parameter may be. */
const ROUTES = [
  ...(Object.keys(ACCESS) as RouteName[]).flatMap((name) => pathsOf(name).paths),
  ...Object.keys(PAGES).map((name) => name.replace(/^\S+ /, '')),
].map((path) =>
  path.split('/').map((part) => {
    const [, only] = /^:\w+(?:\{(.+)\})?$/.exec(part) ?? []
    return { isRest: only === '.+', word: new RegExp(`^(?:${part.startsWith(':') ? (only ?? '.+') : escaped(part)})$`) }
  }),
)

function isAnswered(address: string): boolean {
  const path = address.replace(/\?.*$/, '').replace(/\$\{?(?:SLUG|PROJECT)\}?|[:{]slug\}?/gi, 'gh/acme/web')
  const isBegun = /[…/]$/.test(path)
  const parts = path
    .replace(/^…?\//, '')
    .replace(/\/?…?$/, '')
    .split('/')
  return ROUTES.some((whole) => {
    const route = whole.slice(path.startsWith('…') ? -parts.length : 1)
    const rest = route.findIndex(({ isRest }) => isRest)
    const isLong = rest === -1 ? parts.length > route.length : false
    if (isLong || (!isBegun && parts.length < route.length)) return false
    return parts.every((part, index) => {
      const inRoute = route[rest !== -1 && index > rest ? rest : index]
      return /^[:{$<]/.test(part) || inRoute?.word.test(part) === true
    })
  })
}
