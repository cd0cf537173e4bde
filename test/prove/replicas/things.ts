import { slugText } from '../../../src/domain/project.ts'
import type { Command } from './schedule.ts'
import type { Truth, World } from './world.ts'

export const BRANCHES = ['main', 'next'] as const

/** What is asked for, and what an answer or the truth says of it, in one word or list. */
export type Thing = {
  readonly path: string
  readonly said: (text: string) => string
  readonly inTruth: (truth: Truth) => string
}

export type Read = Extract<Command, { do: 'read' }>

export function thingOf({ project }: Pick<World, 'project'>, { what, of }: Read): Thing {
  const slug = slugText(project)
  const branch = BRANCHES[of % 2] ?? ''
  const num = of + 1
  switch (what) {
    case 'badge':
      return {
        path: `/${slug}/tree/${branch}.json`,
        said: (text) => (JSON.parse(text) as { message: string }).message,
        inTruth: ({ builds }) => {
          const ofBranch = builds
            .filter((build) => build.branch === branch)
            .toSorted((one, other) => other.beganAt - one.beganAt || other.num - one.num)
          const ended = ofBranch.find(({ status }) => status !== 'running')
          if (!ended) return ofBranch.length > 0 ? 'running' : 'no builds'
          return ended.status === 'failed' ? 'failing' : 'passing'
        },
      }
    case 'list':
      return {
        path: `/api/v1.1/project/${slug}`,
        said: (text) => (JSON.parse(text) as BuildJson[]).map(sayBuild).join(),
        inTruth: ({ builds }) => builds.map(({ num, status }) => `${num} ${status}`).join(),
      }
    case 'build':
      return {
        path: `/api/v1.1/project/${slug}/${num}`,
        said: (text) => sayBuild(JSON.parse(text) as BuildJson),
        inTruth: ({ builds }) => {
          const build = builds.find((build) => build.num === num)
          return build ? `${num} ${build.status}` : NO_BUILD
        },
      }
  }
}

export const NO_BUILD = 'no such build'
type BuildJson = { readonly build_num: number; readonly status: string }
// A success after a red build is called so, by what was before it.
const sayBuild = ({ build_num, status }: BuildJson) => `${build_num} ${status === 'fixed' ? 'success' : status}`
