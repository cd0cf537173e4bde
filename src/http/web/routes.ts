import type { App } from '../frame/route.ts'
import { mountAccount } from './account/account.tsx'
import { mountBranchesPage } from './data/branches-page.tsx'
import { mountBuildPage } from './data/build-page.tsx'
import { mountDashboard } from './data/dashboard.tsx'
import { mountProjectPage } from './data/project-page.tsx'
import { mountPersonPage } from './instance/person-page.tsx'
import { mountPolicyPage } from './instance/policy-page.tsx'
import { mountInstanceTokensPage } from './instance/tokens-page.tsx'
import { mountTrafficPage } from './instance/traffic-page.tsx'
import { mountUsersPage } from './instance/users-page.tsx'
import { mountLogPage } from './logs/log-page.tsx'
import { mountChannelsPage } from './notices/channels-page.tsx'
import { mountChoicesPage } from './notices/choices-page.tsx'
import { mountMailForms } from './notices/mail-page.tsx'
import { mountNoticesPage } from './notices/notices-page.tsx'
import { mountAuditPages } from './settings/audit-page.tsx'
import { mountMembers } from './settings/members-page.tsx'
import { mountNewProject } from './settings/new-project.tsx'
import { mountProjectGeneral } from './settings/project-general.tsx'
import { mountPublisherPages } from './settings/publishers-page.tsx'
import { mountRetentionPage } from './settings/retention-page.tsx'
import { mountStatusBadges } from './settings/status-badges.tsx'
import { mountWebhookPages } from './settings/webhooks-page.tsx'
import { mountShareLink } from './shares/share-link.tsx'
import { mountSharePages } from './shares/share-pages.tsx'
import { mountCloudflareAccess } from './sign-in/cloudflare-access.tsx'
import { mountGithub } from './sign-in/github.tsx'
import { mountSignIn } from './sign-in/sign-in.tsx'
import { mountTestPage } from './tests/test-page.tsx'
import { mountTestsPage } from './tests/tests-page.tsx'
import { mountOrgTokenPages } from './tokens/org-tokens.tsx'
import { mountPersonalTokens } from './tokens/personal-tokens.tsx'
import { mountProjectTokens } from './tokens/project-tokens.tsx'

/** The pages. Those of one word come before those of a project, whose path takes any. */
export function mountPages(app: App): void {
  mountSignIn(app)
  mountShareLink(app)
  mountGithub(app)
  mountCloudflareAccess(app)
  mountAccount(app)
  mountNoticesPage(app)
  mountChoicesPage(app)
  mountMailForms(app)
  mountPersonalTokens(app)
  mountOrgTokenPages(app)
  mountProjectGeneral(app)
  mountProjectTokens(app)
  mountStatusBadges(app)
  mountMembers(app)
  mountWebhookPages(app)
  mountPublisherPages(app)
  mountChannelsPage(app)
  mountRetentionPage(app)
  mountAuditPages(app)
  mountSharePages(app)
  mountNewProject(app)
  mountUsersPage(app)
  mountPolicyPage(app)
  mountInstanceTokensPage(app)
  mountPersonPage(app)
  mountTrafficPage(app)
  mountDashboard(app)
  mountProjectPage(app)
  mountBranchesPage(app)
  mountTestsPage(app)
  mountTestPage(app)
  mountBuildPage(app)
  mountLogPage(app)
}
