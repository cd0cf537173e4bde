import { expect, it } from 'vitest'
import { openApiDocument } from '../../../../scripts/openapi/document.ts'
import { referencePages } from '../../../../scripts/openapi/page.ts'
import { describePages, inspect } from '../../../support/server/browser.ts'

const PAGES = Object.keys(referencePages(openApiDocument())).map((file) => file.replace('.html', ''))

describePages('the API reference', (pages) => {
  it.each(PAGES)('%s is accessible and fits at each width and in both schemes', async (name) => {
    const page = await pages().open()
    await inspect(page, name, `/assets/${name}`, async () => {
      // All that unfolds is looked at too.
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true })')
    })
  })

  it('leads from the front page over a family and a route to what its answer is made of', async () => {
    const page = await pages().open({ javaScriptEnabled: false })
    await page.goto('/')
    await page.getByRole('link', { name: 'API reference' }).click()
    await page.getByRole('link', { name: 'Report a build' }).click()
    expect(new URL(page.url()).pathname).toBe('/assets/api-reference-reporting')
    const section = page.locator('#post_api_buildpass_v1_projects_vcs_org_repo_builds')
    await section.getByText('Fields').click()
    expect(await section.getByText('external_id: string').first().isVisible()).toBe(true)
    await section.getByRole('link', { name: 'Build', exact: true }).first().click()
    expect(new URL(page.url()).hash).toBe('#shape-Build')
  })

  it('is all that its pages load: no script, nothing from elsewhere', async () => {
    const { origin, open } = pages()
    const page = await open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url().replace(origin, '')))
    for (const name of PAGES) {
      asked.length = 0
      await page.goto(`/assets/${name}`)
      expect(asked.filter((path) => path !== '/assets/icon.svg')).toEqual([
        `/assets/${name}`,
        '/assets/api-reference.css',
      ])
    }
  })
})
