import type { Context } from 'hono'
import { codeMailFor, MAX_MAIL_ADDRESS_LENGTH, parseMailAddress } from '../../../domain/notices/mail-address.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Mailer, sendMail } from '../../../outside/mail.ts'
import {
  confirmAddress,
  deleteAddress,
  findAddress,
  mintMailCode,
  putAddress,
} from '../../../storage/notices/mail-addresses.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { chargeAttempt } from '../frame/gate.tsx'
import { page } from '../frame/page.ts'
import { choicesPage } from './choices-page.tsx'

const BACK = '/account/notices#mail'

/** Where a person's mail goes: an address counts once the code that was sent there is typed. */
export function mountMailForms(app: App): void {
  page(app, 'POST /account/notices/mail', async (c, { viewer, form, actor }) => {
    const { stores, settings } = c.env
    const typed = form.get('address') ?? ''
    const wrong = (address: string) => choicesPage(c, viewer, { project: null, errors: { address }, typed })
    if (!settings.mailer) return wrong('This deployment sends no mail.')
    const address = parseMailAddress(typed)
    if (address === null)
      return wrong(`Type one address, as ada@example.com, of at most ${MAX_MAIL_ADDRESS_LENGTH} characters.`)
    await chargeAttempt(c, 'codes')
    const code = mintMailCode()
    if (!(await putAddress(stores, viewer.userId, { address, code }, actor)))
      return wrong('A code was sent less than a minute ago: wait a little, then try again.')
    const isSent = await sendCode(c, settings.mailer, viewer, { address, code })
    return redirectTo(BACK, isSent ? 'mail-code-sent' : 'mail-unsent')
  })

  page(app, 'POST /account/notices/mail/confirm', async (c, { viewer, form, actor }) => {
    await chargeAttempt(c, 'codes')
    const code = (form.get('code') ?? '').replace(/\s/g, '')
    if (/^\d{6}$/.test(code) && (await confirmAddress(c.env.stores, viewer.userId, code, actor)))
      return redirectTo(BACK, 'mail-confirmed')
    // Who typed it twice, or removed the address meanwhile, has no code to mend.
    const kept = await findAddress(c.env.stores.db, viewer.userId)
    if (!kept || kept.isConfirmed) return redirectTo(BACK, kept ? 'mail-confirmed' : 'mail-none')
    const error =
      'That is not the code of the last mail, or it is too old, or too many were typed: have another one sent.'
    return choicesPage(c, viewer, { project: null, errors: { code: error } })
  })

  page(app, 'POST /account/notices/mail/remove', async (c, { viewer, actor }) => {
    await deleteAddress(c.env.stores, viewer.userId, actor)
    return redirectTo(BACK, 'mail-removed')
  })
}

async function sendCode(
  c: Context<AppEnv>,
  mailer: Mailer,
  { user }: Viewer,
  { address, code }: { readonly address: string; readonly code: string },
): Promise<boolean> {
  try {
    await sendMail(mailer, address, codeMailFor({ code, login: user.login, origin: publicOriginOf(c) }))
    return true
  } catch (error) {
    c.env.stores.warn('mail_code_unsent', error)
    return false
  }
}
