import { exactly, type JsonOf, named, object, text } from '../../json/shape.ts'

export const envVarShape = named('EnvVar', object({ name: text('DEPLOY_KEY'), value: text('xxxxcret') }))
/** In v2; in v1.1 it is "ok", as elsewhere. */
export const envVarDeletedShape = object({ message: exactly('Environment variable deleted.') })

export type EnvVarJson = JsonOf<typeof envVarShape>
export type EnvVarDeletedJson = JsonOf<typeof envVarDeletedShape>
