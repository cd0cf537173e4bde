import { dirname, join, normalize } from 'node:path'

// The families of src/http: what answers one kind of request. frame and json are what they share.

const SHARED = ['frame', 'json']

/** Who may import whom besides, and why. */
const ALLOWED: readonly { readonly from: string; readonly to: string; readonly because: string }[] = [
  { from: 'frame', to: 'json', because: 'a refusal has a shape too' },
  { from: 'circleci/v1', to: 'circleci/both', because: 'what v1 and v2 of CircleCI answer alike' },
  { from: 'circleci/v2', to: 'circleci/both', because: 'what v1 and v2 of CircleCI answer alike' },
  { from: 'circleci/v3', to: 'circleci/both', because: 'what all versions of CircleCI answer alike' },
  { from: 'circleci/v1', to: 'downloads', because: 'an artifact is answered with the redirect to its bytes' },
  { from: 'buildpass', to: 'downloads', because: 'a pack, and all artifacts as one zip, are downloads' },
  { from: 'web', to: 'downloads', because: 'a page leads to the bytes of an artifact' },
  { from: 'web', to: 'reports', because: 'a page leads to where a file is shown' },
  { from: 'web', to: 'badges', because: 'the page about badges shows them' },
  { from: 'web', to: 'instance', because: 'the page about traffic shows what /metrics counts' },
]

/** The imports of a family from another that are not allowed, by file; `sources` has texts by their path from src/http. */
export function strayImports(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, text]) => {
    const from = familyOf(file)
    if (from === null) return []
    return [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].flatMap(([, path = '']) => {
      const imported = normalize(join(dirname(file), path))
      const to = familyOf(imported)
      const isFine = to === from || to === null || isAllowed(from, to)
      return isFine ? [] : [`src/http/${file} imports ${imported}: ${from} must not know ${to}`]
    })
  })
}

function isAllowed(from: string, to: string): boolean {
  if (ALLOWED.some((row) => row.from === from && row.to === to)) return true
  return SHARED.includes(to) && !SHARED.includes(from)
}

/** Null for what joins the families, and for what is outside of src/http. */
function familyOf(file: string): string | null {
  const [room = '', inner = '', more] = file.split('/')
  if (room === '..' || inner === '') return null
  return room === 'circleci' && more !== undefined ? `circleci/${inner}` : room
}
