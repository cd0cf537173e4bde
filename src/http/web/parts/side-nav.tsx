import { Icon, type IconName } from './icon.tsx'

export type SideSection = {
  readonly title: string
  readonly links: readonly { readonly path: string; readonly text: string; readonly icon: IconName }[]
}

/** The sections of settings, beside their content. */
export function SideNav({ label, sections, here }: { label: string; sections: readonly SideSection[]; here: string }) {
  return (
    <nav class="side" aria-label={label}>
      {sections.map(({ title, links }) => (
        <>
          <h2>{title}</h2>
          <ul>
            {links.map(({ path, text, icon }) => (
              <li>
                <a href={path} aria-current={path === here ? 'page' : undefined}>
                  <Icon name={icon} /> {text}
                </a>
              </li>
            ))}
          </ul>
        </>
      ))}
    </nav>
  )
}
