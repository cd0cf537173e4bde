import * as v from 'valibot'
import { parseProjectName } from '../../domain/project.ts'
import { line } from '../json/schemas.ts'

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))

/** A project by its slug; without one the token's own is meant, or the person's only one. */
export const project = () =>
  described(
    v.optional(
      v.pipe(
        v.string('must be a slug like gh/acme/web'),
        v.check((text) => isSlug(text), 'must be a slug like gh/acme/web, or circleci/<org-id>/<project-id>'),
      ),
    ),
    'Slug of the project, like gh/acme/web. A project token has just one, which is meant without this; list_projects shows the others.',
  )

export const id = (what: string) =>
  described(
    v.pipe(v.string('must be an id (UUID)'), v.uuid('must be an id (UUID)'), v.toLowerCase()),
    `Id (UUID) of the ${what}.`,
  )

export const branch = (text: string) => described(v.optional(line(500)), text)

export const flag = (text: string) => described(v.optional(v.boolean('must be true or false'), false), text)

/** A whole number; `fallback` where it is not there. */
export const count = (text: string, min: number, max: number, fallback: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  const number = v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule))
  return described(v.optional(number, fallback), text)
}

/** A number that something has, from 0; it need not be there. */
export const numberOf = (text: string) => {
  const rule = 'must be a whole number from 0'
  return described(v.optional(v.pipe(v.number(rule), v.integer(rule), v.minValue(0, rule))), text)
}

export const cursor = () =>
  described(
    v.optional(v.pipe(v.string('must be a string'), v.maxLength(2_000, 'is too long'))),
    'The next of the page before, for the one behind it.',
  )

function isSlug(text: string): boolean {
  const [vcs = '', org = '', repo = '', ...more] = text.split('/')
  return more.length === 0 && parseProjectName(vcs, org, repo) !== null
}
