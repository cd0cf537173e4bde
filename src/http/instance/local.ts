import * as v from 'valibot'
import { makeSignInLink } from '../../actions/make-sign-in-link.ts'
import { isSameText } from '../../domain/access/same-text.ts'
import { AppError } from '../../domain/error.ts'
import { lazily } from '../../domain/lazily.ts'
import { LOGIN_RULE, parseLogin } from '../../domain/people/user.ts'
import { jsonWritten } from '../frame/answers/answers.ts'
import { readJson } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'

const linkInput = lazily(() =>
  v.strictObject({
    login: v.pipe(
      v.string(LOGIN_RULE),
      v.check((text) => parseLogin(text) !== null, LOGIN_RULE),
    ),
  }),
)

/**
 * What the scripts of this machine ask of the `npm start` that runs, since only one process may open the local
 * database. Opened by the key that each start makes anew and writes where only its user can read it; deployed there is
 * none, and so no such route.
 */
export function mountLocal(app: App): void {
  route(app, 'POST /local/sign-in-links', async (c) => {
    const { settings, stores } = c.env
    const key = c.req.header('X-Local-Control') ?? ''
    if (!settings.localControlKey || !(await isSameText(key, settings.localControlKey)))
      throw new AppError('route_not_found')
    const { login } = await readJson(c, linkInput())
    return jsonWritten(c, await makeSignInLink(stores.db, login, stores.now()), 201)
  })
}
