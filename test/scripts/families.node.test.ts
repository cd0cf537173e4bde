import { expect, it } from 'vitest'
import { strayImports } from '../../scripts/check/families.ts'

const importing = (file: string, path: string) => strayImports(new Map([[file, `import { x } from '${path}'`]]))

it.each([
  ['frame/route.ts', '../web/parts/refusal.tsx'],
  ['json/build-json.ts', '../buildpass/builds/tests.ts'],
  ['circleci/v1/me.ts', '../v2/me.ts'],
  ['circleci/v2/me.ts', '../v1/me.ts'],
  ['circleci/both/env-vars.ts', '../v2/me.ts'],
  ['buildpass/people/members.ts', '../../circleci/both/paging.ts'],
  ['badges/badges.ts', '../downloads/redirect.ts'],
  ['webhooks/receive.ts', '../buildpass/builds/tests.ts'],
  ['web/data/build-page.tsx', '../../circleci/v1/me.ts'],
])('src/http/%s may not import %s', (file, path) => {
  expect(importing(file, path)).toHaveLength(1)
})

it('src/http may not import a family for its effects alone either', () => {
  expect(strayImports(new Map([['badges/badges.ts', "import '../downloads/redirect.ts'"]]))).toHaveLength(1)
})

it.each([
  ['circleci/v1/me.ts', '../../frame/route.ts'],
  ['circleci/v1/me.ts', '../../json/build-json.ts'],
  ['circleci/v1/me.ts', '../both/env-vars.ts'],
  ['circleci/v1/me.ts', '../../../storage/stores.ts'],
  ['web/data/build-page.tsx', '../parts/layout.tsx'],
  ['hot.ts', './badges/badges.ts'],
])('src/http/%s may import %s', (file, path) => {
  expect(importing(file, path)).toEqual([])
})
