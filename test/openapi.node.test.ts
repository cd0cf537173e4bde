import { resolve } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { jsonSchemaOf, openApiDocument, placeOf, ROUTE_DOCS } from '../scripts/openapi/document.ts'
import { staleApiFiles } from '../scripts/openapi/files.ts'
import { referencePage } from '../scripts/openapi/page.ts'
import type { ApiRouteName } from '../scripts/openapi/route-doc.ts'
import { ACCESS, type RouteName } from '../src/http/access.ts'

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

  it('is committed as it is made now, and so is the page', () => {
    expect(staleApiFiles(resolve(import.meta.dirname, '..'))).toEqual([])
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

describe('the reference page', () => {
  const page = referencePage(document)

  it('needs nothing that a strict policy forbids, and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|(?:src|href)="(?!\/|#)/)
  })

  it('has a section for every operation, and a link to each', () => {
    for (const { operationId } of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(page).toContain(`<section id="${operationId}">`)
      expect(page).toContain(`href="#${operationId}"`)
    }
  })
})

function bodies() {
  return Object.entries(ROUTE_DOCS).flatMap(([name, { body }]) =>
    body?.schema ? [[name, body.schema(), body.example] as const] : [],
  )
}
