import * as v from 'valibot'
import { exactly, flag, type JsonOf, maybe, named, object, text, time } from '../../json/shape.ts'

const shared = { workflow_name: text('workflow'), job_name: text('build'), updated_at: time() }

export const dispatchTargetShape = named(
  'DispatchTarget',
  v.variant('kind', [
    object({
      kind: exactly('github-workflow'),
      ...shared,
      workflow: text('ci.yml'),
      repository: text('acme/web'),
      api_url: text('https://api.github.com'),
      pass_ids: flag(),
    }),
    object({
      kind: exactly('github-repository'),
      ...shared,
      event_type: text('buildpass'),
      repository: text('acme/web'),
      api_url: text('https://api.github.com'),
    }),
    object({
      kind: exactly('gitlab'),
      ...shared,
      repository: text('acme/web'),
      url: text('https://gitlab.com'),
      send_env_vars: flag(),
    }),
    object({
      kind: exactly('webhook'),
      ...shared,
      url: text('https://ci.example.com/start'),
      send_env_vars: flag(),
      secret: maybe(text('the secret')),
    }),
  ]),
)

export type DispatchTargetJson = JsonOf<typeof dispatchTargetShape>
