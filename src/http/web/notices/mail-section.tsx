import type { Child } from 'hono/jsx'
import { MAX_MAIL_ADDRESS_LENGTH } from '../../../domain/notices/mail-address.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { MailAddress } from '../../../storage/notices/mail-addresses.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'

export type MailErrors = { readonly address?: string; readonly code?: string }

type Props = {
  readonly viewer: Viewer
  readonly sendsMail: boolean
  readonly address: MailAddress | null
  readonly errors: MailErrors
  /** The address that was typed wrongly. */
  readonly typed: string
}

/** Where a person's mail goes, and the forms that set it. */
export function MailSection({ viewer, sendsMail, address, errors, typed }: Props) {
  return (
    <section class="section" id="mail">
      <h2>Mail</h2>
      {!sendsMail && (
        <p>
          This deployment sends no mail: what is for bell and mail goes to the bell alone. Whoever runs it can set that
          up, by Cloudflare’s binding <code>EMAIL</code> and the variable <code>MAIL_FROM</code> (docs/notices.md).
        </p>
      )}
      {address && (
        <p>
          {address.isConfirmed ? 'Mail goes to ' : 'Not confirmed yet: '}
          <strong>{address.address}</strong>
        </p>
      )}
      {sendsMail && !address && <p>You have no address here. It is used for notices and for nothing else.</p>}
      <div class="stack mail-forms">
        {sendsMail && address && !address.isConfirmed && <CodeForm viewer={viewer} error={errors.code} />}
        {sendsMail && (
          <Folded isFolded={address !== null && !errors.address} label="Another address, or another code">
            <AddressForm viewer={viewer} address={address} error={errors.address} typed={typed} />
          </Folded>
        )}
        {address && (
          <Form viewer={viewer} action="/account/notices/mail/remove">
            <button type="submit" class="button danger">
              Remove the address
            </button>
          </Form>
        )}
      </div>
    </section>
  )
}

function Folded({ isFolded, label, children }: { isFolded: boolean; label: string; children?: Child }) {
  if (!isFolded) return <div>{children}</div>
  return (
    <details class="more">
      <summary>{label}</summary>
      {children}
    </details>
  )
}

type AddressProps = Pick<Props, 'viewer' | 'address' | 'typed'> & { readonly error: string | undefined }

function AddressForm({ viewer, address, error, typed }: AddressProps) {
  const hint = address?.isConfirmed
    ? 'A code is sent there. Until you type it here, no mail goes anywhere.'
    : 'A code is sent there, to type here.'
  const value = error === undefined ? (address?.isConfirmed === false ? address.address : '') : typed
  return (
    <Form viewer={viewer} action="/account/notices/mail">
      <Field name="address" label="Address" error={error} hint={hint}>
        <input
          type="email"
          {...fieldAttributes('address', { error, hint: true })}
          value={value}
          maxlength={MAX_MAIL_ADDRESS_LENGTH}
          autocomplete="email"
          required
        />
      </Field>
      <div class="actions">
        <button type="submit" class="button">
          Send a code
        </button>
      </div>
    </Form>
  )
}

function CodeForm({ viewer, error }: { viewer: Viewer; error: string | undefined }) {
  return (
    <Form viewer={viewer} action="/account/notices/mail/confirm">
      <Field name="code" label="Code" error={error} hint="Six digits, from the mail. It is good for 15 minutes.">
        <input
          type="text"
          {...fieldAttributes('code', { error, hint: true })}
          inputmode="numeric"
          maxlength={12}
          autocomplete="one-time-code"
          required
        />
      </Field>
      <div class="actions">
        <button type="submit" class="button primary">
          Confirm
        </button>
      </div>
    </Form>
  )
}
