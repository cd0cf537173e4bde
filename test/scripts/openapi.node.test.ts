import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { openApiDocument, placeOf } from '../../scripts/openapi/document.ts'
import { type JsonSchema, jsonSchemaOf } from '../../scripts/openapi/json-schema.ts'
import { anchorOf } from '../../scripts/openapi/notation.ts'
import { referencePages } from '../../scripts/openapi/page.ts'
import type { ApiRouteName } from '../../scripts/openapi/route-doc.ts'
import { ROUTE_DOCS } from '../../scripts/openapi/routes.ts'
import { ACCESS, type RouteName } from '../../src/http/frame/access.ts'

const document = openApiDocument()

describe('the API document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document))
    expect(result.errors).toBeUndefined()
    expect(result.valid).toBe(true)
  })

  it('has every route for programs, at a place of its own, and nothing else', () => {
    const routes = (Object.keys(ACCESS) as RouteName[]).filter((name) => name !== 'POST /local/sign-in-links')
    expect(Object.keys(ROUTE_DOCS).sort()).toEqual([...routes].sort())
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const expected = (routes as ApiRouteName[]).map(placeOf).map(({ method, path }) => `${method} ${path}`)
    expect(documented.sort()).toEqual(expected.sort())
    expect(documented.filter((place) => /[:\\|]/.test(place))).toEqual([])
  })

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('tells the rules that JSON Schema has no word for in words', () => {
    const body = document.paths['/api/buildpass/v1/projects']?.post?.requestBody?.content['application/json']
    expect(JSON.stringify(body?.schema)).toContain('must be vcs/org/repo')
  })

  it.each(bodies())('has an example for %s that its schema takes', (_name, schema, example) => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(jsonSchemaOf(schema))
    validate(example)
    expect(validate.errors).toBeNull()
  })
})

describe('the shapes of answers', () => {
  it.each(Object.entries(document.components.schemas))('%s is closed, in all its parts', (_name, schema) => {
    expect(openObjectsIn(schema)).toEqual([])
  })

  it('are there for every JSON answer', () => {
    const answers = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId, responses }) =>
        Object.entries(responses).map(([status, answer]) => ({ place: `${operationId} ${status}`, answer })),
      ),
    )
    const bare = answers.filter(
      ({ answer }) => 'content' in answer && answer.content?.['application/json'] && !hasSchema(answer.content),
    )
    expect(bare).toEqual([])
    // Redirects, 304s, badges, feeds and files have none.
    expect(
      answers.filter(({ answer }) => 'content' in answer && hasSchema(answer.content ?? {})).length,
    ).toBeGreaterThan(100)
  })
})

describe('the reference pages', () => {
  const pages = Object.entries(referencePages(document))
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))

  it.each(pages)('%s needs nothing that a strict policy forbids, and nothing from elsewhere', (_file, page) => {
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|(?:src|href)="(?!\/|#|api-reference)/)
  })

  it.each(pages)('%s is less than 50 KB', (_file, page) => {
    expect(new TextEncoder().encode(page).length).toBeLessThan(50_000)
  })

  it('have one section for every operation, and lead to each', () => {
    for (const { operationId } of operations) {
      const [[file = ''] = []] = pages.filter(([, page]) => page.includes(`<section id="${operationId}">`))
      const home = referencePages(document)['api-reference.html']
      expect(home).toContain(`href="${file.replace('.html', '')}#${operationId}"`)
    }
  })

  it.each(pages)('%s has every place of its own that it leads to', (_file, page) => {
    const places = [...page.matchAll(/href="#([^"]+)"/g)].map(([, place]) => place)
    expect(places.filter((place) => !page.includes(`id="${place}"`))).toEqual([])
  })

  it('show what an answer is made of', () => {
    const page = referencePages(document)['api-reference-circleci-v1-1.html']
    expect(page).toContain(`<section id="${anchorOf('Build')}">`)
    expect(page).toContain('branch: string | null <i>"main"</i>\n')
    expect(page).toContain('start_time: time | null\n')
    expect(page).toContain('retries: null\n')
  })
})

/** The paths of objects in a schema that take fields it does not name. */
function openObjectsIn(schema: JsonSchema, path = ''): string[] {
  const { properties = {}, items, anyOf = [], oneOf = [], additionalProperties } = schema
  const isOpen = schema.type === 'object' && additionalProperties !== false && typeof additionalProperties !== 'object'
  const inner = [...Object.entries(properties), ...(items ? [['[]', items] as const] : [])]
  return [
    ...(isOpen ? [path || '.'] : []),
    ...inner.flatMap(([name, part]) => openObjectsIn(part, `${path}.${name}`)),
    ...[...anyOf, ...oneOf].flatMap((part) => openObjectsIn(part, path)),
  ]
}

function hasSchema(content: Record<string, { schema?: JsonSchema }>): boolean {
  return content['application/json']?.schema !== undefined
}

function bodies() {
  return Object.entries(ROUTE_DOCS).flatMap(([name, { body }]) =>
    body?.schema ? [[name, body.schema(), body.example] as const] : [],
  )
}
