import { slugText } from '../../../src/domain/project.ts'
import { seedMember, seedSession, seedUser } from '../seed/seed.ts'
import { ask, askJson } from '../worker/client.ts'
import { openTestStores } from '../worker/stores.ts'
import { visit } from '../worker/visit.ts'
import type { Tenant } from './http.ts'

/** What the newest result of a project's default branch is said to be, wherever it is said. */
export type Shown = {
  readonly badge: string
  readonly feed: string
  readonly myFeed: string
  /** The statuses of the newest pipeline's workflows in v2, by name. */
  readonly workflows: Readonly<Record<string, string>>
  /** The classes of the newest pipeline on the project's page and of the branch on the dashboard. */
  readonly projectPage: string
  readonly dashboard: string
}

export async function shownOf({ project, member }: Tenant): Promise<Shown> {
  const slug = slugText(project)
  const token = member.secret
  const { cookie } = await seedVisitor({ project })
  const badge = await askJson(`/${slug}/tree/main.json`, { token })
  const feed = await (await ask(`/${slug}/tree/main.cc.xml`, { token })).text()
  const myFeed = await (await ask('/cc.xml', { token })).text()
  const { items: pipelines } = await askJson(`/api/v2/project/${slug}/pipeline?branch=main`, { token })
  const { items } = await askJson(`/api/v2/pipeline/${pipelines[0]?.id}/workflow`, { token })
  const list = await visit(`/${slug}?branch=main`, cookie)
  const home = await visit('/', cookie)
  return {
    badge: badge.message,
    feed: statusIn(feed),
    myFeed: statusIn(myFeed),
    workflows: Object.fromEntries(items.map(({ name, status }: { name: string; status: string }) => [name, status])),
    projectPage: classAfter(list.html, 'id="pipelines"'),
    dashboard: classAfter(home.html, 'id="projects"'),
  }
}

/** Somebody signed in who belongs to that project alone. */
export async function seedVisitor({ project }: Pick<Tenant, 'project'>): Promise<{ readonly cookie: string }> {
  const stores = await openTestStores()
  const person = await seedUser(stores.db)
  await seedMember(stores.db, project, person, 'member')
  return seedSession(stores, person)
}

function classAfter(html: string, mark: string): string {
  return /class="status (\w+)"/.exec(html.slice(html.indexOf(mark)))?.[1] ?? ''
}

function statusIn(xml: string): string {
  return /lastBuildStatus="(\w+)"/.exec(xml)?.[1] ?? ''
}
