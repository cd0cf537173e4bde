import { Icon, type IconName } from '../parts/icon.tsx'

const POINTS: readonly { icon: IconName; title: string; text: string }[] = [
  {
    icon: 'badge',
    title: 'Status where people look',
    text: 'A badge for a README, a feed for a dashboard, a page for people: read from everywhere, also when the CI itself is behind a firewall.',
  },
  {
    icon: 'archive',
    title: 'Artifacts by a stable link',
    text: 'The newest build of a branch, by name. Clients of CircleCI keep working when the host name is changed.',
  },
  {
    icon: 'key',
    title: 'Tokens that you can take back',
    text: 'The token in a badge reads the status and nothing else. One that is deleted is refused everywhere within 10 seconds.',
  },
]

/** What somebody sees who is not signed in. */
export function Landing() {
  return (
    <div class="landing">
      <h1>Build status and artifacts, with tokens that open only what they should</h1>
      <p class="lead">
        Continuous integration reports its builds here and uploads what they made. People, READMEs and deploy scripts
        read them back.
      </p>
      <p>
        <a class="button primary" href="/sign-in">
          Sign in
        </a>
      </p>
      <ul class="points">
        {POINTS.map(({ icon, title, text }) => (
          <li>
            <Icon name={icon} />
            <h2>{title}</h2>
            <p class="muted">{text}</p>
          </li>
        ))}
      </ul>
      <p class="muted">
        For programs: the <a href="/assets/api-reference">API reference</a> and its{' '}
        <a href="/assets/openapi.json">OpenAPI document</a>.
      </p>
    </div>
  )
}
